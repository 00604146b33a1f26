import { createHash } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  openTestBuckets,
  photosForEachTest,
  type TestBuckets,
  testCaller,
  textOf,
  usageOf,
} from './testing.ts';
import type { Buckets, CompleteRequest, CreateUploadRequest, Stored } from './types.ts';

const HOUR_MS = 3_600_000;
const MB = 2 ** 20;
const caller = testCaller();
const ref = { bucket: 'photos', key: 'video' };
const nothing = { content: {}, metadata: {} };

let test: TestBuckets;
let buckets: Buckets;

photosForEachTest((opened) => {
  test = opened;
  ({ buckets } = test);
});

const code = (name: string) => expect.objectContaining({ code: name });
const begin = (more: Partial<CreateUploadRequest> = {}): Promise<string> =>
  buckets.createUpload(caller, { ...ref, ...nothing, ...more });
const upload = (uploadId: string, partNumber: number, bytes: string | Uint8Array) =>
  buckets.uploadPart(caller, { ...ref, uploadId, partNumber, body: bodyOf(bytes) });
const complete = (uploadId: string, parts: CompleteRequest['parts'], more: Partial<CompleteRequest> = {}) =>
  buckets.completeUpload(caller, { ...ref, uploadId, parts, ...more });
const listed = (parts: readonly Stored[]): CompleteRequest['parts'] =>
  parts.map(({ etag }, index) => ({ partNumber: index + 1, etag }));
const usage = () => usageOf(test);
const upkeep = (): Promise<void> => test.upkeep.run(new AbortController().signal);
const md5 = (bytes: Uint8Array | string): Buffer => createHash('md5').update(bytes).digest();

/** An upload of two parts, the first of 5 MB. */
async function twoParts(): Promise<{ uploadId: string; parts: CompleteRequest['parts']; first: Buffer }> {
  const uploadId = await begin({ content: { contentType: 'video/mp4' }, metadata: { a: '1' } });
  const first = Buffer.alloc(5 * MB, 'abc');
  return { uploadId, first, parts: listed([await upload(uploadId, 1, first), await upload(uploadId, 2, 'end')]) };
}

describe('an upload in parts', () => {
  it('becomes an object of its parts without a copy, which is read over their borders', async () => {
    const { uploadId, parts, first } = await twoParts();
    await expect(buckets.head(caller, ref)).rejects.toThrow(code('NoSuchKey'));
    expect(await usage()).toEqual([1, 0, 5 * MB + 3, 1, 2]);
    const stored = await complete(uploadId, parts);
    const etag = `${createHash('md5')
      .update(Buffer.concat([md5(first), md5('end')]))
      .digest('hex')}-2`;
    expect(stored).toEqual({ etag, size: 5 * MB + 3, modifiedAt: test.clock.now() });
    expect(await buckets.head(caller, ref)).toMatchObject({
      content: { contentType: 'video/mp4' },
      metadata: { a: '1' },
    });
    const border = await buckets.get(caller, { ...ref, range: { first: 5 * MB - 2, last: 5 * MB } });
    expect(await textOf(border.bytes)).toBe(`${first.subarray(-2)}e`);
    expect((await textOf((await buckets.get(caller, ref)).bytes)).length).toBe(5 * MB + 3);
    expect([await usage(), test.files().length]).toEqual([[1, 1, 5 * MB + 3, 0, 0], 2]);
    expect(test.facts).toMatchObject([{ event: 'ObjectCreated:CompleteMultipartUpload', key: 'video', etag }]);
  });

  it('gives the same answer to the same completion for a day, even when the object is replaced', async () => {
    const { uploadId, parts } = await twoParts();
    const both = await Promise.all([complete(uploadId, parts), complete(uploadId, parts)]);
    expect(both[0]).toEqual(both[1]);
    await buckets.put(caller, { ...ref, body: bodyOf('new'), ...nothing });
    expect(await complete(uploadId, parts)).toEqual(both[0]);
    await expect(complete(uploadId, parts.slice(0, 1))).rejects.toThrow(code('NoSuchUpload'));
    await expect(upload(uploadId, 3, 'late')).rejects.toThrow(code('NoSuchUpload'));
    expect(test.facts).toHaveLength(2);
    test.clock.advance(25 * HOUR_MS);
    await upkeep();
    await expect(complete(uploadId, parts)).rejects.toThrow(code('NoSuchUpload'));
    expect([await usage(), test.files().length]).toEqual([[1, 1, 3, 0, 0], 1]);
    const rows = await test.storage.db.selectFrom('bucket_upload').selectAll().execute();
    expect(rows).toEqual([]);
  });

  it('is completed once by two servers, with one answer, whatever its conditions', async () => {
    const other = await openTestBuckets({ beside: test });
    const uploadId = await begin();
    const parts = listed([await upload(uploadId, 1, 'part')]);
    const request = { ...ref, uploadId, parts, conditions: { ifNoneMatch: ['*'] } };
    const answers = await Promise.all(
      [buckets, other.buckets, buckets, other.buckets].map((each) => each.completeUpload(caller, request)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect([...test.facts, ...other.facts]).toHaveLength(1);
    expect(await usage()).toEqual([1, 1, 4, 0, 0]);
  });

  it('drops parts that are replaced or not listed', async () => {
    const uploadId = await begin();
    await upload(uploadId, 1, 'old');
    const part = await upload(uploadId, 1, 'new');
    await upload(uploadId, 7, 'other');
    expect(await usage()).toEqual([1, 0, 8, 1, 2]);
    await complete(uploadId, listed([part]));
    expect(await textOf((await buckets.get(caller, ref)).bytes)).toBe('new');
    test.clock.advance(2 * HOUR_MS);
    await upkeep();
    expect([await usage(), test.files().length]).toEqual([[1, 1, 3, 0, 0], 1]);
  });

  it('is not completed by parts that do not fit', async () => {
    const uploadId = await begin();
    const [one, two] = [await upload(uploadId, 1, 'one'), await upload(uploadId, 2, 'two')];
    const part = (partNumber: number, { etag }: Stored, checksum?: string) => ({
      partNumber,
      etag,
      ...(checksum !== undefined && { checksum }),
    });
    for (const [parts, name] of [
      [[], 'InvalidRequest'],
      [[part(2, two), part(1, one)], 'InvalidPartOrder'],
      [[part(1, one), part(1, one)], 'InvalidPartOrder'],
      [[part(1, two)], 'InvalidPart'],
      [[part(3, one)], 'InvalidPart'],
      [[part(1, one, 'AAAA')], 'InvalidPart'],
      [[part(0, one)], 'InvalidArgument'],
      [[part(1, one), part(2, two)], 'EntityTooSmall'],
    ] as const) {
      await expect(complete(uploadId, parts)).rejects.toThrow(code(name));
    }
    await expect(complete('none', [part(1, one)])).rejects.toThrow(code('NoSuchUpload'));
    const elsewhere = complete(uploadId, [part(1, one)], { key: 'other' });
    await expect(elsewhere).rejects.toThrow(code('NoSuchUpload'));
    expect(await complete(uploadId, [part(1, one)])).toMatchObject({ size: 3 });
  });

  it('holds its conditions, and can be completed after one failed', async () => {
    const uploadId = await begin();
    const parts = listed([await upload(uploadId, 1, 'part')]);
    await buckets.put(caller, { ...ref, body: bodyOf('present'), ...nothing });
    const conditions = { ifNoneMatch: ['*'] };
    await expect(complete(uploadId, parts, { conditions })).rejects.toThrow(code('PreconditionFailed'));
    await buckets.delete(caller, ref);
    expect(await complete(uploadId, parts, { conditions })).toMatchObject({ size: 4 });
  });

  it('has a checksum of the checksums of its parts', async () => {
    const uploadId = await begin({ checksumAlgorithm: 'SHA256' });
    const part = await upload(uploadId, 1, 'part');
    const sum = createHash('sha256').update('part').digest();
    expect(part.checksum).toEqual({ algorithm: 'SHA256', value: sum.toString('base64') });
    const other = { algorithm: 'CRC32', expected: () => undefined } as const;
    const body = bodyOf('x', { checksum: other });
    await expect(buckets.uploadPart(caller, { ...ref, uploadId, partNumber: 2, body })).rejects.toThrow(
      code('InvalidRequest'),
    );
    const value = `${createHash('sha256').update(sum).digest('base64')}-1`;
    expect(await complete(uploadId, listed([part]))).toMatchObject({ checksum: { algorithm: 'SHA256', value } });
  });

  it('leaves nothing when it is aborted, also by a lifecycle or after a week', async () => {
    const ids = [await begin(), await begin(), await begin({ key: 'tmp/x' })];
    await upload(ids[0] ?? '', 1, 'part');
    await buckets.abortUpload(caller, { ...ref, uploadId: ids[0] ?? '' });
    await expect(buckets.abortUpload(caller, { ...ref, uploadId: ids[0] ?? '' })).rejects.toThrow(code('NoSuchUpload'));
    expect(await usage()).toEqual([1, 0, 0, 2, 0]);
    await buckets.putLifecycle(caller, 'photos', [{ id: 'a', enabled: true, prefix: 'tmp/', abortUploadDays: 1 }]);
    test.clock.advance(50 * HOUR_MS);
    await upkeep();
    expect(
      (await buckets.listUploads(caller, { bucket: 'photos', limit: 10 })).uploads.map(({ uploadId }) => uploadId),
    ).toEqual([ids[1]]);
    test.clock.advance(168 * HOUR_MS);
    await upkeep();
    expect([await usage(), test.files()]).toEqual([[1, 0, 0, 0, 0], []]);
  });

  it('that is aborted while a part arrives does not get it', async () => {
    const uploadId = await begin();
    const arrives = Promise.withResolvers<void>();
    const bytes = async function* () {
      yield Buffer.from('pa');
      await arrives.promise;
      yield Buffer.from('rt');
    };
    const late = buckets.uploadPart(caller, { ...ref, uploadId, partNumber: 1, body: { bytes: bytes(), size: 4 } });
    const refused = expect(late).rejects.toThrow(code('NoSuchUpload'));
    await buckets.abortUpload(caller, { ...ref, uploadId });
    arrives.resolve();
    await refused;
    expect([await usage(), test.files()]).toEqual([[1, 0, 0, 0, 0], []]);
  });

  it('takes parts from two servers at once and counts each', async () => {
    const other = await openTestBuckets({ beside: test });
    const uploadId = await begin();
    const parts = await Promise.all(
      Array.from({ length: 12 }, (_, n) => {
        const by = n % 2 === 0 ? buckets : other.buckets;
        return by.uploadPart(caller, { ...ref, uploadId, partNumber: (n % 6) + 1, body: bodyOf(`${n}`) });
      }),
    );
    expect(parts).toHaveLength(12);
    const { parts: stored } = await buckets.listParts(caller, { ...ref, uploadId, limit: 1000 });
    expect(await usage()).toEqual([1, 0, stored.reduce((sum, { size }) => sum + size, 0), 1, 6]);
  });
});

describe('copies', () => {
  it('of an object of parts have parts of their own', async () => {
    const { uploadId, parts } = await twoParts();
    const { etag } = await complete(uploadId, parts);
    expect(await buckets.copy(caller, { bucket: 'photos', key: 'copy', source: ref })).toMatchObject({ etag });
    await buckets.delete(caller, ref);
    test.clock.advance(25 * HOUR_MS);
    await upkeep();
    const { bytes } = await buckets.get(caller, { bucket: 'photos', key: 'copy', range: { suffix: 4 } });
    expect([(await textOf(bytes)).slice(1), test.files().length]).toEqual(['end', 2]);
    expect(await usage()).toEqual([1, 1, 5 * MB + 3, 0, 0]);
    await buckets.delete(caller, { bucket: 'photos', key: 'copy' });
    expect(await usage()).toEqual([1, 0, 0, 0, 0]);
  });

  it('of a range are a part', async () => {
    await buckets.put(caller, { bucket: 'photos', key: 'source', body: bodyOf('0123456789'), ...nothing });
    const uploadId = await begin();
    const source = { bucket: 'photos', key: 'source' };
    const part = await buckets.copyPart(caller, {
      ...ref,
      uploadId,
      partNumber: 1,
      source,
      range: { first: 3, last: 5 },
    });
    expect(part).toMatchObject({ size: 3, etag: md5('345').toString('hex') });
    await complete(uploadId, listed([part]));
    expect(await textOf((await buckets.get(caller, ref)).bytes)).toBe('345');
    const beyond = { ...ref, uploadId: await begin(), partNumber: 1, source, range: { first: 10 } };
    await expect(buckets.copyPart(caller, beyond)).rejects.toThrow(code('InvalidRange'));
  });
});

it('an object above 5 GB is copied in parts, and a larger copy is refused with the way out', async () => {
  const { uploadId, parts } = await twoParts();
  await complete(uploadId, parts);
  // its first part grows to 5 GB with a hole, as if it had been uploaded
  const GB5 = 5 * 2 ** 30;
  const { db } = test.storage;
  const part = await db.selectFrom('bucket_part').selectAll().where('number', '=', 1).executeTakeFirstOrThrow();
  await db.updateTable('bucket_part').set({ size: GB5 }).where('file', '=', part.file).execute();
  await db
    .updateTable('bucket_object')
    .set({ size: GB5 + 3 })
    .execute();
  const path = test.files().find((name) => name.endsWith(part.file)) ?? '';
  await truncate(join(test.dir, 'files', path), GB5);

  const whole = buckets.copy(caller, { bucket: 'photos', key: 'copy', source: ref, ...nothing });
  await expect(whole).rejects.toMatchObject({
    ...{ code: 'InvalidRequest', message: expect.stringContaining('copy a larger object in parts') },
  });
  const copy = { bucket: 'photos', key: 'copy' };
  const into = await buckets.createUpload(caller, { ...copy, ...nothing });
  const copyPart = (partNumber: number, range?: { first: number; last: number }) =>
    buckets.copyPart(caller, { ...copy, uploadId: into, partNumber, source: ref, ...(range && { range }) });
  await expect(copyPart(1)).rejects.toMatchObject({
    ...{ code: 'InvalidRequest', message: expect.stringContaining('name a range') },
  });
  const copied = [
    await copyPart(1, { first: 0, last: 6 * MB - 1 }),
    await copyPart(2, { first: GB5 - 2, last: GB5 + 2 }),
  ];
  await buckets.completeUpload(caller, { ...copy, uploadId: into, parts: listed(copied) });
  expect(await buckets.head(caller, copy)).toMatchObject({ size: 6 * MB + 5 });
  const { bytes } = await buckets.get(caller, { ...copy, range: { first: 6 * MB - 1 } });
  expect(await textOf(bytes)).toBe('\0\0\0end');
});

describe('listings', () => {
  it('of parts come in pages, with markers', async () => {
    const uploadId = await begin();
    for (const number of [2, 5, 9]) await upload(uploadId, number, `${number}`);
    const page = (limit: number, afterPart?: number) =>
      buckets.listParts(caller, { ...ref, uploadId, limit, ...(afterPart !== undefined && { afterPart }) });
    expect(await page(2)).toMatchObject({ parts: [{ partNumber: 2 }, { partNumber: 5, size: 1 }], next: 5 });
    const rest = await page(2, 5);
    expect([rest.parts.map(({ partNumber }) => partNumber), rest.next]).toEqual([[9], undefined]);
    expect(await page(0)).toEqual({ parts: [] });
  });

  it('of uploads have every upload of a key, common prefixes and pages', async () => {
    const ids: string[] = [];
    for (const key of ['b', 'b', 'a', 'c/1', 'c/2']) ids.push(await begin({ key }));
    // of the same millisecond, in the order of their ids
    const ofB = ids.slice(0, 2).sort();
    const first = await buckets.listUploads(caller, { bucket: 'photos', delimiter: '/', limit: 2 });
    expect(first.uploads.map(({ uploadId }) => uploadId)).toEqual([ids[2], ofB[0]]);
    expect(first.next).toEqual({ after: 'b', afterUpload: ofB[0] });
    const second = await buckets.listUploads(caller, { bucket: 'photos', delimiter: '/', limit: 2, ...first.next });
    expect([second.uploads.map(({ uploadId }) => uploadId), second.prefixes]).toEqual([[ofB[1]], ['c/']]);
    expect(second.next).toBeUndefined();
  });
});
