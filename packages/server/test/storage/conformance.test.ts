import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/lib/manual-clock.ts';
import { FakeServer } from '../fake-server.ts';
import { awsClient, obsClient, type StorageClient } from './clients.ts';

const md5 = (body: Buffer): string => createHash('md5').update(body).digest('hex');
const PART = 5 * 1024 * 1024;

let server: FakeServer;
beforeAll(async () => {
  // SDKs sign with the time of the machine
  server = await FakeServer.start({ handler: () => '' }, {}, pino({ level: 'silent' }), {
    clock: new ManualClock(Date.now()),
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const CLIENTS: Record<string, () => StorageClient> = {
  'AWS SDK, bucket in the path': () => awsClient(server),
  'AWS SDK, bucket in the host': () => awsClient(server, server.key, false),
  'OBS SDK, signature of OBS and bucket in the host': () => obsClient(server, 'obs'),
  'OBS SDK, signature version 2': () => obsClient(server, 'v2'),
};

/** Fetches an address whose host may be any below localhost. */
function fetchLocal(url: string, method: string, body?: Buffer): Promise<{ status: number; body: Buffer }> {
  const { host, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const path = `${pathname}${search}`;
    const sent = request({ host: '127.0.0.1', port, path, method, headers: { host } }, async (answer) => {
      const pieces: Buffer[] = [];
      for await (const piece of answer) pieces.push(piece as Buffer);
      resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces) });
    });
    sent.on('error', reject).end(body);
  });
}

describe.each(Object.entries(CLIENTS))('%s', (name, open) => {
  const bucket = `b-${createHash('md5').update(name).digest('hex').slice(0, 12)}`;
  let client: StorageClient;
  beforeAll(async () => {
    client = open();
    await client.createBucket(bucket);
  });
  afterAll(() => client.close());

  it('finds the bucket, its place and its own buckets', async () => {
    await client.headBucket(bucket);
    expect(await client.location(bucket)).toBe('local-1');
    expect(await client.versioning(bucket)).toBeFalsy();
    expect(await client.listBuckets()).toContain(bucket);
  });

  it('gets back what it has put', async () => {
    const body = randomBytes(100_000);
    const etag = await client.put(bucket, 'a/b.bin', body, { contentType: 'image/png', metadata: { colour: 'blue' } });
    expect(etag).toBe(`"${md5(body)}"`);
    const got = await client.get(bucket, 'a/b.bin');
    expect(got.body.equals(body)).toBe(true);
    // the OBS SDK replaces the type of every body that is not a file
    const contentType = name.startsWith('OBS') ? 'application/json' : 'image/png';
    expect(got).toMatchObject({ status: 200, etag, contentType, metadata: { colour: 'blue' } });
    expect(await client.head(bucket, 'a/b.bin')).toMatchObject({ etag, size: 100_000, metadata: { colour: 'blue' } });
  });

  it('puts a stream and an empty object', async () => {
    const body = randomBytes(200_000);
    expect(await client.putStream(bucket, 'stream', body)).toBe(`"${md5(body)}"`);
    await client.put(bucket, 'empty', Buffer.alloc(0));
    expect((await client.get(bucket, 'empty')).body).toHaveLength(0);
  });

  it.each([
    'plain',
    'with blank',
    'plus+sign',
    'ä你😀',
    "q?&=#;:@!$,'()*",
    'a//b',
    '../../etc/passwd',
    './a',
    'per%25cent%2F',
    'tilde~-_.',
    'x/',
  ])('knows the key %s', async (key) => {
    const body = Buffer.from(key);
    await client.put(bucket, `keys/${key}`, body);
    expect((await client.get(bucket, `keys/${key}`)).body.toString()).toBe(key);
    const { keys } = await client.list(bucket, { prefix: `keys/${key}` });
    expect(keys).toContain(`keys/${key}`);
    await client.delete(bucket, `keys/${key}`);
    await expect(client.head(bucket, `keys/${key}`)).rejects.toMatchObject({ status: 404 });
  });

  it('reads ranges', async () => {
    await client.put(bucket, 'range', Buffer.from('0123456789'));
    expect(await client.get(bucket, 'range', { range: 'bytes=2-4' })).toMatchObject({ status: 206, size: 3 });
    expect((await client.get(bucket, 'range', { range: 'bytes=7-' })).body.toString()).toBe('789');
    expect((await client.get(bucket, 'range', { range: 'bytes=-2' })).body.toString()).toBe('89');
    await expect(client.get(bucket, 'range', { range: 'bytes=10-' })).rejects.toMatchObject({ status: 416 });
  });

  it('reads under conditions', async () => {
    const etag = await client.put(bucket, 'condition', Buffer.from('x'));
    expect((await client.get(bucket, 'condition', { ifMatch: etag })).status).toBe(200);
    await expect(client.get(bucket, 'condition', { ifMatch: '"other"' })).rejects.toMatchObject({ status: 412 });
    await expect(client.get(bucket, 'condition', { ifNoneMatch: etag })).rejects.toMatchObject({ status: 304 });
  });

  it('lists with prefix, delimiter and pages', async () => {
    const keys = ['l/a', 'l/b/1', 'l/b/2', 'l/c', 'l/d/1'];
    for (const key of keys) await client.put(bucket, key, Buffer.from(key));
    expect((await client.list(bucket, { prefix: 'l/' })).keys).toEqual(keys);
    const found: string[] = [];
    let marker: string | undefined;
    do {
      const page = await client.list(bucket, {
        prefix: 'l/',
        delimiter: '/',
        limit: 2,
        ...(marker === undefined ? {} : { marker }),
      });
      found.push(...page.keys, ...page.prefixes);
      marker = page.next;
    } while (marker !== undefined);
    expect(found.sort()).toEqual(['l/a', 'l/b/', 'l/c', 'l/d/']);
  });

  it('copies and deletes many', async () => {
    const etag = await client.put(bucket, 'source & more', Buffer.from('copied'));
    expect(await client.copy(`/${bucket}/source%20%26%20more`, bucket, 'target')).toBe(etag);
    expect((await client.get(bucket, 'target')).body.toString()).toBe('copied');
    const deleted = await client.deleteMany(bucket, ['source & more', 'target', 'never']);
    expect(deleted.sort()).toEqual(['never', 'source & more', 'target']);
    await expect(client.get(bucket, 'target')).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  it('uploads in parts, lists and completes them', async () => {
    const body = randomBytes(PART + 10);
    const key = 'parts/big';
    const upload = { bucket, key, uploadId: await client.createUpload(bucket, key) };
    const first = await client.uploadPart(upload, 1, body.subarray(0, PART));
    await client.put(bucket, 'part source', body);
    const second = await client.copyPart(upload, 2, `/${bucket}/part%20source`, `bytes=${PART}-${PART + 9}`);
    expect(await client.listUploads(bucket)).toEqual([key]);
    expect(await client.listParts(upload)).toEqual([1, 2]);
    const parts = [
      { part: 1, etag: first },
      { part: 2, etag: second },
    ];
    expect(await client.complete(upload, parts)).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect((await client.get(bucket, key)).body.equals(body)).toBe(true);
    const other = { bucket, key, uploadId: await client.createUpload(bucket, key) };
    await client.abort(other);
    await expect(client.listParts(other)).rejects.toMatchObject({ code: 'NoSuchUpload', status: 404 });
  });

  it('sets what the bucket does by itself', async () => {
    const target = `urn:fss:local-1:${server.projectId}:function:default:hello:latest`;
    await expect(client.setNotification(bucket, target)).rejects.toMatchObject({ code: 'NotImplemented', status: 501 });
    expect(await client.notification(bucket)).toEqual([]);
    await client.setExpiry(bucket, 'tmp/', 3);
    expect(await client.expiry(bucket)).toEqual([{ prefix: 'tmp/', days: 3 }]);
  });

  it('signs addresses that anyone may use, until they expire', async () => {
    await client.put(bucket, 'signed url', Buffer.from('shared'));
    const url = await client.signedUrl('GET', bucket, 'signed url', 60);
    expect((await fetchLocal(url, 'GET')).body.toString()).toBe('shared');
    expect((await fetchLocal(url, 'DELETE')).status).toBe(403);
    expect((await fetchLocal(url.replace('signed', 'other'), 'GET')).status).toBe(403);
    const put = await client.signedUrl('PUT', bucket, 'by url', 60);
    expect((await fetchLocal(put, 'PUT', Buffer.from('put'))).status).toBe(200);
    expect((await client.get(bucket, 'by url')).body.toString()).toBe('put');
    server.clock.advance(600_000);
    try {
      expect((await fetchLocal(url, 'GET')).status).toBe(403);
    } finally {
      server.clock.advance(-600_000);
    }
  });

  it('gets the errors that it knows', async () => {
    await expect(client.createBucket('Not_A_Name')).rejects.toMatchObject({ code: 'InvalidBucketName' });
    await expect(client.list('no-such-bucket')).rejects.toMatchObject({ code: 'NoSuchBucket', status: 404 });
    await expect(client.deleteBucket(bucket)).rejects.toMatchObject({ code: 'BucketNotEmpty', status: 409 });
    const wrong = createHash('md5').update('other').digest('base64');
    await expect(client.put(bucket, 'k', Buffer.from('x'), { md5: wrong })).rejects.toMatchObject({
      code: 'BadDigest',
    });
  });

  it('deletes an empty bucket', async () => {
    const empty = `${bucket}-empty`;
    await client.createBucket(empty);
    await client.deleteBucket(empty);
    await expect(client.headBucket(empty)).rejects.toMatchObject({ status: 404 });
  });
});
