import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { postWebhook } from './post-webhook.ts';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let seen: Array<{ method: string | undefined; url: string | undefined; type: string | undefined; body: string }>;

beforeEach(async () => {
  seen = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ method: request.method, url: request.url, type: request.headers['content-type'], body });
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const port = (): number => (server.address() as AddressInfo).port;
const post = (path = '/', options: { host?: string; allowed?: string; signal?: AbortSignal } = {}) =>
  postWebhook(
    {
      url: new URL(`http://${options.host ?? '127.0.0.1'}:${port()}${path}`),
      body: Buffer.from('{"a":1}'),
      headers: { 'Content-Type': 'application/json' },
      signal: options.signal ?? new AbortController().signal,
    },
    new Set([options.allowed ?? '127.0.0.1']),
  );
const status = (code: number, body = '', headers = {}): void => {
  answer = (_, response) => response.writeHead(code, headers).end(body);
};

it('sends the event as it is', async () => {
  status(204);
  expect(await post('/hook?key=1')).toEqual({ kind: 'taken', status: 204 });
  expect(seen).toEqual([{ method: 'POST', url: '/hook?key=1', type: 'application/json', body: '{"a":1}' }]);
});

it.each([
  [200, 'taken'],
  [299, 'taken'],
  [408, 'failed'],
  [429, 'failed'],
  [500, 'failed'],
  [503, 'failed'],
  [400, 'refused'],
  [404, 'refused'],
] as const)('takes an answer with %i as %s', async (code, kind) => {
  status(code, 'because');
  expect((await post()).kind).toBe(kind);
});

it('follows no redirection', async () => {
  status(307, '', { Location: `http://127.0.0.1:${port()}/else` });
  expect(await post()).toMatchObject({ kind: 'refused', status: 307 });
  expect(seen).toHaveLength(1);
});

it('refuses addresses of the own network that are not allowed, by number or by name', async () => {
  status(200);
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]']) {
    const reported = await post('/', { host, allowed: 'example.com' });
    expect(reported, host).toMatchObject({ kind: 'refused', message: expect.stringContaining('own network') });
  }
  expect(seen).toEqual([]);
  expect(await post('/', { allowed: `127.0.0.1:${port()}` })).toMatchObject({ kind: 'taken' });
});

it('reads a bounded part of an endless answer, and reports its beginning', async () => {
  answer = (_, response) => {
    response.writeHead(400);
    const more = (): void => {
      while (!response.destroyed && response.write('endless '.repeat(1000)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };
  const reported = await post();
  expect(reported).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('answered 400: endless endless'),
  });
  expect('message' in reported && reported.message.length).toBeLessThan(400);
});

it('fails without an answer, when the connection breaks and when it is aborted', async () => {
  answer = (request) => request.socket.destroy();
  expect(await post()).toMatchObject({ kind: 'failed', message: expect.stringContaining('ECONNRESET') });
  const abort = new AbortController();
  answer = () => abort.abort();
  expect(await post('/', { signal: abort.signal })).toMatchObject({ kind: 'failed' });
  const gone = port();
  server.close();
  await once(server, 'close');
  const url = new URL(`http://127.0.0.1:${gone}`);
  const reported = await postWebhook(
    { url, body: Buffer.alloc(0), headers: {}, signal: new AbortController().signal },
    new Set(['127.0.0.1']),
  );
  expect(reported).toMatchObject({ kind: 'failed', message: expect.stringContaining('ECONNREFUSED') });
});
