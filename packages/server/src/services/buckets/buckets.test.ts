import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../lib/platform-error.ts';
import {
  bodyOf,
  openTestBuckets,
  photosForEachTest,
  type TestBuckets,
  testCaller,
  textOf,
  usageOf,
} from './testing.ts';
import type { Body, Buckets, PutRequest } from './types.ts';

const HOUR_MS = 3_600_000;
const caller = testCaller();
const nothing = { content: {}, metadata: {} };

let test: TestBuckets;
let buckets: Buckets;

photosForEachTest((opened) => {
  test = opened;
  ({ buckets } = test);
});

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const put = (key: string, text: string, more: Partial<PutRequest> = {}) =>
  buckets.put(caller, { bucket: 'photos', key, body: bodyOf(text), ...nothing, ...more });
const read = async (key: string): Promise<string> =>
  textOf((await buckets.get(caller, { bucket: 'photos', key })).bytes);
const keysOf = async (prefix = ''): Promise<string[]> =>
  (await buckets.list(caller, { bucket: 'photos', prefix, limit: 1000 })).objects.map(({ key }) => key);
const usage = () => usageOf(test);
const code = (name: string) => expect.objectContaining({ code: name });

describe('a bucket', () => {
  it('is found, listed and deleted by its project', async () => {
    await buckets.createBucket(caller, 'another', 'local-1');
    expect(await buckets.headBucket(caller, 'photos')).toMatchObject({ name: 'photos', region: 'local-1' });
    expect(await buckets.location(caller, 'photos')).toBe('local-1');
    expect((await buckets.listBuckets(caller)).map(({ name }) => name)).toEqual(['another', 'photos']);
    expect(await buckets.listBuckets(testCaller({ projectId: 'other' }))).toEqual([]);
    await buckets.deleteBucket(caller, 'another');
    await expect(buckets.headBucket(caller, 'another')).rejects.toThrow(code('NoSuchBucket'));
    expect(await usage()).toEqual([1, 0, 0, 0, 0]);
  });

  it('has a name that is unique on the server, and the region of the server', async () => {
    await expect(buckets.createBucket(caller, 'photos')).rejects.toThrow(code('BucketAlreadyOwnedByYou'));
    for (const other of [testCaller({ projectId: 'p2' }), testCaller({ accountId: 'a2' })]) {
      await expect(buckets.createBucket(other, 'photos')).rejects.toThrow(code('BucketAlreadyExists'));
    }
    await expect(buckets.createBucket(caller, 'new', 'mars')).rejects.toThrow(code('InvalidArgument'));
    await expect(buckets.createBucket(caller, 'New')).rejects.toThrow(code('InvalidBucketName'));
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => buckets.createBucket(caller, 'race')));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await usage()).toEqual([2, 0, 0, 0, 0]);
  });

  it('is not deleted with objects or unfinished uploads', async () => {
    await put('a', 'x');
    await expect(buckets.deleteBucket(caller, 'photos')).rejects.toThrow(code('BucketNotEmpty'));
    await buckets.delete(caller, { bucket: 'photos', key: 'a' });
    const uploadId = await buckets.createUpload(caller, { bucket: 'photos', key: 'b', ...nothing });
    await expect(buckets.deleteBucket(caller, 'photos')).rejects.toThrow(code('BucketNotEmpty'));
    await buckets.abortUpload(caller, { bucket: 'photos', key: 'b', uploadId });
    await buckets.deleteBucket(caller, 'photos');
    expect(await usage()).toEqual([0, 0, 0, 0, 0]);
  });

  it('is deleted or written to, never both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const name = `race-${round}`;
      await buckets.createBucket(caller, name);
      const [written, deleted] = await Promise.allSettled([
        buckets.put(caller, { bucket: name, key: 'k', body: bodyOf('x'), ...nothing }),
        buckets.deleteBucket(caller, name),
      ]);
      expect([written.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected']);
      if (written.status === 'rejected') expect(written.reason).toMatchObject({ code: 'NoSuchBucket' });
      if (deleted.status === 'rejected') expect(deleted.reason).toMatchObject({ code: 'BucketNotEmpty' });
    }
  });

  it('answers only callers of its account that have the right', async () => {
    await put('a', 'x');
    const stranger = testCaller({ accountId: 'other' });
    const denied = code('AccessDenied');
    await expect(buckets.headBucket(stranger, 'photos')).rejects.toThrow(denied);
    await expect(buckets.get(stranger, { bucket: 'photos', key: 'a' })).rejects.toThrow(denied);
    await expect(buckets.deleteMany(stranger, 'photos', ['a'])).rejects.toThrow(denied);
    const reader = testCaller({
      refused: ['obs:object:PutObject a', 'obs:object:DeleteObject a', 'obs:bucket:DeleteBucket'],
    });
    await expect(buckets.put(reader, { bucket: 'photos', key: 'a', body: bodyOf('y'), ...nothing })).rejects.toThrow(
      denied,
    );
    await expect(buckets.deleteBucket(reader, 'photos')).rejects.toThrow(denied);
    const copy = { bucket: 'photos', key: 'a', source: { bucket: 'photos', key: 'b' } };
    await expect(buckets.copy(reader, copy)).rejects.toThrow(denied);
    expect(await buckets.deleteMany(reader, 'photos', ['a', 'b'])).toEqual([
      { key: 'a', error: { code: 'AccessDenied', message: expect.any(String) } },
      { key: 'b' },
    ]);
    expect(await read('a')).toBe('x');
  });
});

it('cannot be created without a folder for them, and existing ones keep a server from starting', async () => {
  const refusal = 'needs a folder';
  await expect(openTestBuckets({ beside: test, refusal })).rejects.toMatchObject({ code: 'buckets', hint: refusal });
  await test.buckets.deleteBucket(testCaller(), 'photos');
  const { buckets } = await openTestBuckets({ beside: test, refusal });
  const created = buckets.createBucket(testCaller(), 'videos');
  await expect(created).rejects.toMatchObject({ code: 'NotImplemented', message: refusal });
});

describe('an object', () => {
  it('comes back with its bytes, headers and metadata, and can be replaced', async () => {
    const content = { contentType: 'text/plain; charset=utf-8', cacheControl: 'no-cache' };
    const stored = await put('dir/ä', 'hello', { content, metadata: { owner: 'me' } });
    expect(stored).toEqual({ etag: md5('hello'), size: 5, modifiedAt: test.clock.now() });
    const { head, bytes, length, range } = await buckets.get(caller, { bucket: 'photos', key: 'dir/ä' });
    expect([await textOf(bytes), length, range]).toEqual(['hello', 5, undefined]);
    expect(head).toEqual({ key: 'dir/ä', ...stored, content, metadata: { owner: 'me' } });
    expect(await buckets.head(caller, { bucket: 'photos', key: 'dir/ä' })).toEqual(head);
    await put('dir/ä', '');
    expect(await read('dir/ä')).toBe('');
    expect(await usage()).toEqual([1, 1, 0, 0, 0]);
  });

  it('may have any text as its key', async () => {
    const keys = ['a\0b', 'k'.repeat(1024), 'x\uf8f00', ' ', '../../etc/passwd', '/', '𝄞'];
    for (const key of keys) await put(key, `value of ${key}`);
    for (const key of keys) expect(await read(key)).toBe(`value of ${key}`);
    expect((await keysOf()).sort()).toEqual(keys.sort());
  });

  it('is read in part', async () => {
    await put('a', '0123456789');
    for (const [range, text, resolved] of [
      [{ first: 2, last: 4 }, '234', { first: 2, last: 4 }],
      [{ first: 8 }, '89', { first: 8, last: 9 }],
      [{ suffix: 3 }, '789', { first: 7, last: 9 }],
    ] as const) {
      const found = await buckets.get(caller, { bucket: 'photos', key: 'a', range });
      expect([await textOf(found.bytes), found.length, found.range]).toEqual([text, text.length, resolved]);
    }
    const beyond = buckets.get(caller, { bucket: 'photos', key: 'a', range: { first: 10 } });
    await expect(beyond).rejects.toThrow(code('InvalidRange'));
  });

  it('is larger than one piece of memory', async () => {
    const chunk = Buffer.alloc(700_001, 'x');
    const bytes = async function* () {
      for (let n = 0; n < 5; n += 1) yield chunk;
    };
    await put('large', '', { body: { bytes: bytes(), size: chunk.length * 5 } });
    const found = await buckets.get(caller, { bucket: 'photos', key: 'large', range: { first: 1, last: 3_400_000 } });
    let size = 0;
    for await (const piece of found.bytes) {
      expect(piece.length).toBeLessThanOrEqual(256 * 1024);
      size += piece.length;
    }
    expect(size).toBe(3_400_000);
  });

  it('that is not there is NoSuchKey, and deleting it is a success', async () => {
    await expect(buckets.get(caller, { bucket: 'photos', key: 'a' })).rejects.toThrow(code('NoSuchKey'));
    await expect(buckets.head(caller, { bucket: 'photos', key: 'a' })).rejects.toThrow(code('NoSuchKey'));
    await buckets.delete(caller, { bucket: 'photos', key: 'a' });
    const conditions = { ifMatch: ['*'] };
    await expect(buckets.delete(caller, { bucket: 'photos', key: 'a', conditions })).rejects.toThrow(code('NoSuchKey'));
    await expect(buckets.get(caller, { bucket: 'none', key: 'a' })).rejects.toThrow(code('NoSuchBucket'));
  });

  it.each<[string, Partial<Body>, string]>([
    ['ends early', { size: 6 }, 'IncompleteBody'],
    ['is longer', { size: 4 }, 'InvalidRequest'],
    ['has another MD5', { md5: createHash('md5').update('x').digest('base64') }, 'BadDigest'],
    ['has another SHA-256', { sha256: '0'.repeat(64) }, 'BadDigest'],
    ['has another checksum', { checksum: { algorithm: 'CRC32', expected: () => 'AAAAAA==' } }, 'BadDigest'],
    ['has no MD5', { md5: 'x' }, 'InvalidDigest'],
    ['is too large', { size: 5 * 2 ** 30 + 1 }, 'EntityTooLarge'],
    ['has no size', { size: Number.NaN }, 'InvalidArgument'],
  ])('is not stored when its body %s', async (_name, expected, name) => {
    await put('a', 'before');
    await expect(put('a', '', { body: bodyOf('hello', expected) })).rejects.toThrow(code(name));
    expect([await read('a'), test.files().length, await usage()]).toEqual(['before', 1, [1, 1, 6, 0, 0]]);
  });

  it('is not stored when its client goes away', async () => {
    const gone = new Error('gone');
    const bytes = async function* () {
      yield Buffer.from('hel');
      throw gone;
    };
    await expect(put('a', '', { body: { bytes: bytes(), size: 5 } })).rejects.toBe(gone);
    expect([await keysOf(), test.files()]).toEqual([[], []]);
  });

  it('has the checksum that a trailer brought', async () => {
    const body = bodyOf('123456789', { checksum: { algorithm: 'CRC32', expected: () => 'y/Q5Jg==' } });
    const checksum = { algorithm: 'CRC32', value: 'y/Q5Jg==' };
    expect(await put('a', '', { body })).toMatchObject({ checksum });
    expect(await buckets.head(caller, { bucket: 'photos', key: 'a' })).toMatchObject({ checksum });
  });

  it.each([
    [{ content: { contentType: 'a\r\nX: y' } }, 'InvalidArgument'],
    [{ content: { cacheControl: 'x'.repeat(2049) } }, 'InvalidArgument'],
    [{ metadata: { 'a b': 'x' } }, 'InvalidArgument'],
    [{ metadata: { A: 'x' } }, 'InvalidArgument'],
    [{ metadata: { a: 'x\n' } }, 'InvalidArgument'],
    [{ metadata: { a: 'x'.repeat(2048) } }, 'MetadataTooLarge'],
  ])('does not have unusable headers or metadata (%#)', async (more, name) => {
    await expect(put('a', 'x', more)).rejects.toThrow(code(name));
  });
});

describe('writes at the same time', () => {
  it('of one key leave the whole object of one of them, and count it once', async () => {
    const texts = Array.from({ length: 20 }, (_, n) => `${n}`.repeat(n + 1));
    await Promise.all(texts.map((text) => put('a', text)));
    const text = await read('a');
    expect(texts).toContain(text);
    expect((await buckets.head(caller, { bucket: 'photos', key: 'a' })).etag).toBe(md5(text));
    expect(await usage()).toEqual([1, 1, text.length, 0, 0]);
  });

  it('from two servers, too, with conditions that hold for one of them', async () => {
    const other = await openTestBuckets({ beside: test });
    const write = (by: Buckets, text: string, conditions: PutRequest['conditions']) =>
      by.put(caller, { bucket: 'photos', key: 'a', body: bodyOf(text), ...nothing, ...(conditions && { conditions }) });
    const both = (n: number): Buckets => (n % 2 === 0 ? buckets : other.buckets);
    const firsts = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => write(both(n), `first ${n}`, { ifNoneMatch: ['*'] })),
    );
    expect(firsts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { etag } = await buckets.head(caller, { bucket: 'photos', key: 'a' });
    const seconds = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => write(both(n), `second ${n}`, { ifMatch: [etag] })),
    );
    expect(seconds.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const { reason } of [...firsts, ...seconds].filter(
      ({ status }) => status === 'rejected',
    ) as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ code: 'PreconditionFailed' });
    }
    await Promise.all(Array.from({ length: 10 }, (_, n) => write(both(n), `${n}`, undefined)));
    const left = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        n < 5 ? write(both(n), 'x', undefined) : both(n).delete(caller, { bucket: 'photos', key: 'a' }),
      ),
    );
    expect(left.filter(({ status }) => status === 'rejected')).toEqual([]);
    const { length } = await keysOf();
    expect(await usage()).toEqual([1, length, length, 0, 0]);
    test.clock.advance(2 * HOUR_MS);
    await test.upkeep.run(new AbortController().signal);
    expect(test.files()).toHaveLength(length);
  });
});

describe('facts', () => {
  it('are stored with the change that made them, in order of the changes of a key', async () => {
    const chained = testCaller({ chainDepth: 3, requestId: 'r2' });
    await put('a', 'one');
    await buckets.copy(chained, { bucket: 'photos', key: 'b', source: { bucket: 'photos', key: 'a' } });
    await buckets.delete(caller, { bucket: 'photos', key: 'a' });
    await buckets.delete(caller, { bucket: 'photos', key: 'a' });
    await expect(put('b', 'x', { conditions: { ifNoneMatch: ['*'] } })).rejects.toThrow(code('PreconditionFailed'));
    expect(test.facts).toMatchObject([
      {
        event: 'ObjectCreated:Put',
        bucket: 'photos',
        key: 'a',
        size: 3,
        etag: md5('one'),
        chainDepth: 0,
        projectId: 'project',
      },
      { event: 'ObjectCreated:Copy', key: 'b', size: 3, chainDepth: 3, requestId: 'r2', sourceIp: '192.0.2.1' },
      { event: 'ObjectRemoved:Delete', key: 'a', size: 3, etag: md5('one') },
    ]);
    const [first, , third] = test.facts.map(({ sequencer }) => sequencer);
    expect([first?.length, (first ?? '') < (third ?? '')]).toEqual([16, true]);
    expect(new Set(test.facts.map(({ id }) => id)).size).toBe(3);
  });
});

describe('a copy', () => {
  it('has the bytes of its source, and its headers unless they are replaced', async () => {
    await put('a', 'text', { content: { contentType: 'text/plain' }, metadata: { a: '1' } });
    const source = { bucket: 'photos', key: 'a' };
    expect(await buckets.copy(caller, { bucket: 'photos', key: 'b', source })).toMatchObject({
      etag: md5('text'),
      size: 4,
    });
    const replace = { content: { contentType: 'text/html' }, metadata: {} };
    await buckets.copy(caller, { bucket: 'photos', key: 'c', source, replace });
    await buckets.delete(caller, source);
    test.clock.advance(2 * HOUR_MS);
    await test.upkeep.run(new AbortController().signal);
    expect([await read('b'), await read('c')]).toEqual(['text', 'text']);
    const head = (key: string) => buckets.head(caller, { bucket: 'photos', key });
    expect(await head('b')).toMatchObject({ content: { contentType: 'text/plain' }, metadata: { a: '1' } });
    expect(await head('c')).toMatchObject({ content: { contentType: 'text/html' }, metadata: {} });
    expect(await usage()).toEqual([1, 2, 8, 0, 0]);
  });

  it('onto itself replaces something, and conditions on its source hold', async () => {
    await put('a', 'text');
    const itself = { bucket: 'photos', key: 'a', source: { bucket: 'photos', key: 'a' } };
    await expect(buckets.copy(caller, itself)).rejects.toThrow(code('InvalidRequest'));
    await buckets.copy(caller, { ...itself, replace: { content: {}, metadata: { new: '1' } } });
    expect(await buckets.head(caller, { bucket: 'photos', key: 'a' })).toMatchObject({ metadata: { new: '1' } });
    const sourceConditions = { ifNoneMatch: [md5('text')] };
    await expect(buckets.copy(caller, { ...itself, key: 'b', sourceConditions })).rejects.toThrow(
      code('PreconditionFailed'),
    );
    await expect(buckets.copy(caller, { ...itself, source: { bucket: 'photos', key: 'z' } })).rejects.toThrow(
      code('NoSuchKey'),
    );
  });
});

describe('a listing', () => {
  it('has keys in the order of their bytes, common prefixes, and pages', async () => {
    for (const key of ['a', 'b/1', 'b/2', 'c', 'B', 'ä', '𝄞', '\uffff', 'b0']) await put(key, key);
    expect(await keysOf()).toEqual(['B', 'a', 'b/1', 'b/2', 'b0', 'c', 'ä', '\uffff', '𝄞']);
    expect(await keysOf('b')).toEqual(['b/1', 'b/2', 'b0']);
    const list = (after: string) => buckets.list(caller, { bucket: 'photos', delimiter: '/', after, limit: 3 });
    const first = await list('');
    expect([first.objects.map(({ key }) => key), first.prefixes, first.next]).toEqual([['B', 'a'], ['b/'], 'b/']);
    const second = await list('b/');
    expect([second.objects.map(({ key }) => key), second.prefixes]).toEqual([['b0', 'c', 'ä'], []]);
    await expect(buckets.list(caller, { bucket: 'photos', limit: 1001 })).rejects.toThrow(code('InvalidArgument'));
  });
});

describe('limits', () => {
  it('of a project refuse what would exceed them, and count what is deleted as free', async () => {
    await test.close();
    test = await openTestBuckets({
      storage: test.storage,
      quotas: { buckets: 1, objects: 2, objectBytes: 10, uploads: 1, uploadParts: 1 },
    });
    ({ buckets } = test);
    await buckets.createBucket(caller, 'photos');
    await expect(buckets.createBucket(caller, 'second')).rejects.toThrow(code('TooManyBuckets'));
    await put('a', '12345');
    await expect(put('b', '123456')).rejects.toThrow(code('QuotaExceeded'));
    await put('b', '1');
    await expect(put('c', '1')).rejects.toThrow(code('QuotaExceeded'));
    await put('a', '123456789');
    await buckets.delete(caller, { bucket: 'photos', key: 'a' });
    await put('c', '123');
    const uploadId = await buckets.createUpload(caller, { bucket: 'photos', key: 'd', ...nothing });
    await expect(buckets.createUpload(caller, { bucket: 'photos', key: 'e', ...nothing })).rejects.toThrow(
      code('QuotaExceeded'),
    );
    const part = (partNumber: number, text: string) =>
      buckets.uploadPart(caller, { bucket: 'photos', key: 'd', uploadId, partNumber, body: bodyOf(text) });
    await part(1, '123');
    await part(1, '123456');
    await expect(part(2, '')).rejects.toThrow(code('QuotaExceeded'));
    await expect(part(1, '1234567')).rejects.toThrow(code('QuotaExceeded'));
    expect(await usage()).toEqual([1, 2, 10, 1, 1]);
  });

  it('hold for writes at the same time', async () => {
    await test.close();
    test = await openTestBuckets({ storage: test.storage, quotas: { objectBytes: 5, objectWrites: 15 } });
    ({ buckets } = test);
    await buckets.createBucket(caller, 'photos');
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => put(`${n}`, 'x')));
    const reasons = results.map((result) =>
      result.status === 'fulfilled' ? 'ok' : String((result.reason as { code: string }).code),
    );
    expect(reasons.filter((each) => each === 'ok')).toHaveLength(5);
    expect(new Set(reasons)).toEqual(new Set(['ok', 'QuotaExceeded', 'SlowDown']));
    expect([await usage(), test.files().length]).toEqual([[1, 5, 5, 0, 0], 5]);
  });

  it('of the disk refuse writes before they are read, not reads and deletions', async () => {
    await put('a', 'x');
    const full = new PlatformError('disk_full', 'full');
    const refused = await openTestBuckets({
      beside: test,
      refuseWhenFull: () => {
        throw full;
      },
    });
    let isRead = false;
    const bytes = async function* () {
      isRead = true;
      yield Buffer.from('x');
    };
    const request = { bucket: 'photos', key: 'b', body: { bytes: bytes(), size: 2 ** 32 }, ...nothing };
    await expect(refused.buckets.put(caller, request)).rejects.toBe(full);
    expect(isRead).toBe(false);
    expect(await read('a')).toBe('x');
    await refused.buckets.delete(caller, { bucket: 'photos', key: 'a' });
  });
});

describe('upkeep', () => {
  const run = (): Promise<void> => test.upkeep.run(new AbortController().signal);

  it('removes files of replaced and deleted objects when their readers had an hour', async () => {
    await put('a', 'old');
    const { bytes } = await buckets.get(caller, { bucket: 'photos', key: 'a' });
    await put('a', 'new');
    await run();
    expect([test.files().length, await textOf(bytes)]).toEqual([2, 'old']);
    test.clock.advance(HOUR_MS + 1);
    await run();
    expect([test.files().length, await read('a')]).toEqual([1, 'new']);
  });

  it('removes files that no row has, such as those of a killed process', async () => {
    await put('a', 'kept');
    await put('b', 'lost');
    await test.storage.db.deleteFrom('bucket_object').where('key', '=', Buffer.from('b')).execute();
    await run();
    expect([test.files().length, await read('a')]).toEqual([1, 'kept']);
  });

  it('expires objects by the rules of their bucket, without facts', async () => {
    const rules = [
      { id: 'logs', enabled: true, prefix: 'log/', expireDays: 2 },
      { id: 'off', enabled: false, prefix: '', expireDays: 1 },
    ];
    await buckets.putLifecycle(caller, 'photos', rules);
    expect(await buckets.lifecycle(caller, 'photos')).toEqual(rules);
    for (const key of ['log/1', 'log/2', 'lug']) await put(key, key);
    test.clock.advance(47 * HOUR_MS);
    await put('log/2', 'young');
    await run();
    expect(await keysOf()).toEqual(['log/1', 'log/2', 'lug']);
    test.clock.advance(26 * HOUR_MS);
    await run();
    expect(await keysOf()).toEqual(['log/2', 'lug']);
    expect(test.facts.filter(({ event }) => event === 'ObjectRemoved:Delete')).toEqual([]);
    await buckets.deleteLifecycle(caller, 'photos');
    await expect(buckets.lifecycle(caller, 'photos')).rejects.toThrow(code('NoSuchLifecycleConfiguration'));
  });
});

describe('settings of a bucket', () => {
  it('have no rules of notification, which only those with the right may read or replace', async () => {
    await buckets.authorizeSetting(caller, 'photos', 'obs:bucket:GetBucketNotification');
    const powerless = { ...caller, may: () => false };
    for (const action of ['obs:bucket:GetBucketNotification', 'obs:bucket:PutBucketNotification'] as const) {
      await expect(buckets.authorizeSetting(powerless, 'photos', action)).rejects.toThrow(code('AccessDenied'));
    }
  });

  it.each([
    [[]],
    [[{ id: 'a', enabled: true, prefix: '' }]],
    [[{ id: 'a', enabled: true, prefix: '', expireDays: 0 }]],
    [[{ id: '', enabled: true, prefix: '', expireDays: 1 }]],
    [[1, 2].map((expireDays) => ({ id: 'a', enabled: true, prefix: '', expireDays }))],
  ])('are no lifecycle like %j', async (rules) => {
    await expect(buckets.putLifecycle(caller, 'photos', rules)).rejects.toThrow(code('InvalidArgument'));
  });
});

it('an object whose file is lost is an error of the machine, not a missing object', async () => {
  await put('a', 'x');
  for (const file of test.files()) rmSync(join(test.dir, 'files', file));
  await expect(buckets.get(caller, { bucket: 'photos', key: 'a' })).rejects.toMatchObject({ code: 'ENOENT' });
});
