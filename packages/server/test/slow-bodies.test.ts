import { randomBytes } from 'node:crypto';
import { ROUTES, signRequest } from '@funcgraph/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { zipped } from '../../../tests/functions.ts';
import { openRequest, type RawConnection } from '../../../tests/raw-connection.ts';
import { FakeServer } from './fake-server.ts';

const MB = 1024 * 1024;
const CONNECTIONS = 30;

let server: FakeServer;
let connections: RawConnection[];

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => JSON.stringify({ statusCode: 200, body: 'done' }) });
});
beforeEach(() => {
  connections = [];
});
afterEach(() => {
  for (const connection of connections) connection.end();
});
afterAll(() => server[Symbol.asyncDispose]());

async function open(endpoint: string, head: readonly string[], localAddress?: string): Promise<RawConnection> {
  const connection = await openRequest(endpoint, head, localAddress);
  connections.push(connection);
  return connection;
}

const createPath = (): string => ROUTES.createFunction.path.replace('{project_id}', server.projectId);
const heap = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

describe('many large bodies at once', () => {
  it.each<[string, () => Promise<readonly string[]>]>([
    ['without a token that holds', async () => ['X-Auth-Token: x']],
    ['with a key that does not exist', async () => [await authorization({ accessKey: 'NOBODY', secretKey: 'x' })]],
    [
      'with a date that is over',
      async () => [
        await authorization(server.key, server.clock.now() - 3_600_000),
        dateLine(server.clock.now() - 3_600_000),
      ],
    ],
  ])('%s are refused at their head', async (_, proof) => {
    const lines = await proof();
    const opened = await Promise.all(
      Array.from({ length: CONNECTIONS }, () =>
        open(server.running.endpoint, [`POST ${createPath()} HTTP/1.1`, 'Content-Length: 60000000', ...lines]),
      ),
    );
    await expect
      .poll(() => opened.map(({ status }) => status()), {
        timeout: 10_000,
      })
      .toEqual(new Array(CONNECTIONS).fill(401));
  });

  it('with a known key and a wrong signature are not held in memory', async () => {
    const now = server.clock.now();
    const lines = [await authorization({ ...server.key, secretKey: 'wrong' }, now), dateLine(now)];
    const before = heap();
    const opened = await Promise.all(
      Array.from({ length: CONNECTIONS }, () =>
        open(server.running.endpoint, [`POST ${createPath()} HTTP/1.1`, `Content-Length: ${20 * MB}`, ...lines]),
      ),
    );
    // all but the last byte, so that all are on their way at the same time
    await Promise.all(opened.map(({ pour }) => pour(19 * MB)));
    expect(heap() - before).toBeLessThan(150 * MB);
    for (const { pour } of opened) await pour(MB);
    await vi.waitFor(
      () => {
        const statuses = new Set(opened.map(({ status }) => status()));
        expect([...statuses]).toEqual([401]);
      },
      { timeout: 120_000 },
    );
  });
});

describe('slow uploads to the gateway', () => {
  it('leave room for other functions, other clients and small bodies', async () => {
    const paths = [await publish('one'), await publish('two')] as const;
    const { gateway } = server.running;
    const slow = (path: string) => open(gateway, [`POST ${path} HTTP/1.1`, 'Content-Length: 6000000']);
    // more than the whole budget, with everything but the last piece sent
    const flood = await Promise.all(Array.from({ length: 100 }, () => slow(paths[0])));
    await Promise.all(flood.map(({ pour }) => pour(5 * MB)));
    await expect.poll(() => flood.some(({ status }) => status() === 429)).toBe(true);

    const post = async (path: string, size: number, localAddress: string): Promise<number | undefined> => {
      const { send, status } = await open(gateway, [`POST ${path} HTTP/1.1`, `Content-Length: ${size}`], localAddress);
      send(Buffer.alloc(size, 'x'));
      await expect.poll(() => status()).toBeDefined();
      return status();
    };
    expect(await post(paths[1], 2 * MB, '127.0.0.1')).toBe(200);
    expect(await post(paths[0], 2 * MB, '127.0.0.2')).toBe(200);
    expect(await post(paths[1], 1000, '127.0.0.2')).toBe(200);
  });

  it('are cut when they make no progress', async () => {
    const path = await publish('slow');
    const { send, status } = await open(server.running.gateway, [`POST ${path} HTTP/1.1`, 'Content-Length: 1000000']);
    send(Buffer.alloc(20_000));
    await vi.waitFor(() => {
      server.clock.advance(5000);
      expect(status()).toBe(408);
    });
  });
});

it('code in a large body reaches the function', async () => {
  const { function_urn: urn } = await server.deploy('large');
  const file = zipped({
    'index.js': 'exports.handler = async () => 1;',
    'data.txt': randomBytes(3 * MB).toString('base64'),
  });
  expect(file.length).toBeGreaterThan(2 * MB);
  const { data } = await server.api.call('updateFunctionCode', {
    params: { project_id: server.projectId, function_urn: urn },
    body: { code_type: 'zip', code_filename: 'a.zip', func_code: { file } },
  });
  expect(data.code_size).toBe(Buffer.from(file, 'base64').length);
});

async function authorization(
  key: { accessKey: string; secretKey: string },
  nowMs = server.clock.now(),
): Promise<string> {
  const url = new URL(createPath(), server.running.endpoint);
  const signed = await signRequest({ method: 'POST', url, headers: {}, body: new Uint8Array(), nowMs }, key);
  return `Authorization: ${signed.Authorization}`;
}

const dateLine = (ms: number): string => `X-Sdk-Date: ${new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')}`;

async function publish(name: string): Promise<string> {
  const params = await server.deploy(name);
  const urn = params.function_urn.replace(/:latest$/, '');
  await server.api.call('setFunctionUrl', {
    params: { ...params, function_urn: urn },
    body: { auth: 'none', enabled: true },
  });
  return `/fn/${server.projectId}/default/${name}/`;
}
