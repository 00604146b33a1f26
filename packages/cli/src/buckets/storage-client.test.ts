import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT } from '../framework/index.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { partBytes } from './send-file.ts';
import { StorageClient } from './storage-client.ts';
import { readXml } from './xml.ts';

const KEY = { accessKey: 'AK', secretKey: 'SK', securityToken: undefined, region: 'r1' };
const BUSY = { status: 503, body: '<Error><Code>SlowDown</Code><Message>Later.</Message></Error>' };

let server: FakeServer;
let pauses: number[];
let client: StorageClient;
beforeEach(async () => {
  server = await FakeServer.start();
  pauses = [];
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  client = new StorageClient({ endpoint: server.endpoint, key: KEY, now: Date.now, pause });
});
afterEach(() => server[Symbol.asyncDispose]());

describe('requests to buckets', () => {
  test('are repeated while the server is too busy, and then refused', async () => {
    const answers = [BUSY, BUSY, { body: '' }];
    server.on('GET /b/k', () => answers.shift() ?? BUSY);
    await client.headers({ method: 'GET', bucket: 'b', key: 'k' });
    expect(pauses).toEqual([500, 2000]);
    const refused = client.headers({ method: 'GET', bucket: 'b', key: 'k' });
    await expect(refused).rejects.toMatchObject({ code: 'SlowDown', exitCode: EXIT.failure });
    expect(server.requests('GET /b/k')).toHaveLength(7);
  });

  test.each([
    [404, 'NoSuchKey', EXIT.refused],
    [403, 'AccessDenied', EXIT.denied],
    [403, 'SignatureDoesNotMatch', EXIT.denied],
    [507, 'QuotaExceeded', EXIT.refused],
    [500, 'InternalError', EXIT.failure],
  ])('that get %i %s end with code, message and request id of the server', async (status, code, exitCode) => {
    const body = `<Error><Code>${code}</Code><Message>a &lt; b</Message><RequestId>r7</RequestId></Error>`;
    server.on('GET /b', { status, body });
    const expected = { code, message: 'a < b', requestId: 'r7', exitCode };
    await expect(client.document({ method: 'GET', bucket: 'b' })).rejects.toMatchObject(expected);
  });

  test('without a document in the refusal end with its headers, or with the status', async () => {
    server.on('HEAD /b', {
      status: 404,
      headers: { 'x-amz-error-code': 'NoSuchBucket', 'x-amz-error-message': 'No.' },
    });
    const named = client.headers({ method: 'HEAD', bucket: 'b' });
    await expect(named).rejects.toMatchObject({ code: 'NoSuchBucket', message: 'No.' });
    server.on('GET /b', { status: 502, body: 'proxy' });
    await expect(client.document({ method: 'GET', bucket: 'b' })).rejects.toMatchObject({ code: 'HTTP.502' });
  });

  test('fail for an error behind a status of success', async () => {
    server.on('POST /b/k', { body: '<Error><Code>InternalError</Code><Message>Late.</Message></Error>' });
    const request = client.document({ method: 'POST', bucket: 'b', key: 'k' });
    await expect(request).rejects.toMatchObject({ code: 'InternalError', message: 'Late.' });
  });

  test('without a server end as unreachable', async () => {
    await server[Symbol.asyncDispose]();
    const refused = client.headers({ method: 'GET', bucket: 'b' });
    await expect(refused).rejects.toMatchObject({ code: 'CLI.UNREACHABLE', exitCode: EXIT.unreachable });
  });

  test('with an empty name are refused: they would be another operation', async () => {
    await expect(client.headers({ method: 'DELETE', bucket: 'b', key: '' })).rejects.toMatchObject({ exitCode: 2 });
    await expect(client.headers({ method: 'DELETE', bucket: '' })).rejects.toMatchObject({ exitCode: 2 });
    expect(server.seen).toEqual([]);
  });
});

test.each(['', 'text', '<a>', '<!DOCTYPE a><a/>', `${'<a>'.repeat(9)}${'</a>'.repeat(9)}`, '<a>&b;</a>'])(
  'a document %j is refused',
  async (text) => {
    await expect(readXml(text)).rejects.toMatchObject({ code: 'CLI.PROTOCOL' });
  },
);

test('parts are large enough for the largest object', () => {
  for (const size of [1, 2 ** 30, 200 * 2 ** 30, 5 * 2 ** 40]) {
    expect(Math.ceil(size / partBytes(size))).toBeLessThanOrEqual(10_000);
    expect(partBytes(size)).toBeLessThanOrEqual(5 * 2 ** 30);
  }
  expect(partBytes(2 ** 30)).toBe(16 * 2 ** 20);
});
