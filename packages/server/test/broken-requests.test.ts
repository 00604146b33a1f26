import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';

interface Answer {
  readonly status: number;
  readonly body: { readonly error_code?: string; readonly error_msg?: string; readonly [more: string]: unknown };
}

let server: FakeServer;
let path: string;
let seen: Record<string, string>;
let event: string;

beforeAll(async () => {
  server = await FakeServer.start({
    handler: (bytes) => {
      event = bytes.toString();
      seen = (JSON.parse(event) as { headers: Record<string, string> }).headers;
      return JSON.stringify({ statusCode: 200, body: '{}' });
    },
  });
  const params = await server.deploy('hello');
  const function_urn = params.function_urn.replace(/:latest$/, '');
  await server.api.call('setFunctionUrl', {
    params: { ...params, function_urn },
    body: { auth: 'none', enabled: true },
  });
  path = `/fn/${server.projectId}/default/hello/`;
});
afterAll(() => server[Symbol.asyncDispose]());

/** Sends bytes that no HTTP client would, and reads the one answer to them. */
async function raw(endpoint: string, text: string): Promise<Answer> {
  const { port, hostname } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    answer += chunk.toString();
    const [head = '', body] = answer.split('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (body !== undefined && Buffer.byteLength(body) >= length) socket.destroy();
  });
  socket.write(text);
  await once(socket, 'close');
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  return { status: Number(answer.slice(9, 12)), body: JSON.parse(body === '' ? '{}' : body) as Answer['body'] };
}

describe('invalid HTTP has an answer in our form on both ports:', () => {
  it.each<[string, string, number, string]>([
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'FSS.0400'],
    ['a head over 16 KB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'FSS.0431'],
    [
      'endless chunk extensions',
      `POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;${'x'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
      413,
      'FSS.0413',
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400, 'FSS.0400'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'FSS.0400',
    ],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n', 400, 'FSS.0400'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400, 'FSS.0400'],
    ['two hosts of one name', 'GET {path} HTTP/1.1\r\nhost: a\r\nHOST: a\r\n\r\n', 400, 'FSS.0400'],
    ['no host', 'GET {path} HTTP/1.1\r\n\r\n', 400, 'FSS.0400'],
    ['a NUL in the path', 'GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'FSS.0400'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 400, 'FSS.0400'],
    ['a line that ends in CR alone', 'GET / HTTP/1.1\rHost: a\r\r', 400, 'FSS.0400'],
  ])('%s', async (_, text, status, code) => {
    const { endpoint: api, gateway } = server.running;
    for (const [endpoint, target] of [
      [api, '/v3/auth/tokens'],
      [gateway, path],
    ] as const) {
      const answer = await raw(endpoint, text.replace('{path}', target));
      expect([target, answer.status, answer.body.error_code]).toEqual([target, status, code]);
      expect(answer.body).toMatchObject({ error_msg: expect.any(String), request_id: expect.any(String) });
    }
  });
});

describe('a request for no operation is refused in our form on both ports:', () => {
  it.each<[string, string]>([
    ['TRACE', 'TRACE {path} HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an unknown method of HTTP', 'PROPFIND {path} HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target with a host', 'GET http://evil.example{path}missing HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['the target *', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['slashes in percent', 'GET /%2f%2e%2e%2fv2%2f..%2fetc HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['broken percent', 'GET /%zz/%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a NUL in percent', 'GET /v2/%00/fgs/functions HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['two slashes', 'GET //evil.example/..//v2 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['500 headers', `GET /missing HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(500)}\r\n`],
    ['an upgrade', 'GET /missing HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
    [
      'a body that is asked for',
      'POST /missing HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n',
    ],
    ['another expectation', 'POST /missing HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n'],
  ])('%s', async (_, text) => {
    const { endpoint: api, gateway } = server.running;
    for (const [endpoint, target] of [
      [api, '/v3/auth/tokens'],
      [gateway, path],
    ] as const) {
      const answer = await raw(endpoint, text.replace('{path}', target));
      expect([target, answer.status]).toEqual([target, expect.toSatisfy((n: number) => n >= 400 && n < 500)]);
      expect(answer.body).toMatchObject({ error_code: expect.any(String), error_msg: expect.any(String) });
    }
  });

  it('CONNECT, which gets no answer at all', async () => {
    for (const endpoint of [server.running.endpoint, server.running.gateway]) {
      expect((await raw(endpoint, 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n')).body).toEqual({});
    }
  });
});

it('answers requests that come at once on one connection in their order', async () => {
  const { port, hostname } = new URL(server.running.gateway);
  const socket = connect(Number(port), hostname);
  const one = (n: number): string => `GET ${n % 2 === 0 ? path : '/missing'} HTTP/1.1\r\nHost: a\r\n`;
  const requests = Array.from({ length: 50 }, (_, n) => `${one(n)}${n === 49 ? 'Connection: close\r\n' : ''}\r\n`);
  socket.write(requests.join(''));
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
  expect(statuses).toEqual(requests.map((_, n) => (n % 2 === 0 ? '200' : '404')));
});

describe('a request is the same in one piece and in two, for its function and for its client:', () => {
  it.each<[string, string]>([
    [
      'with usual headers',
      'GET {path}a%20b?c=d&c=e HTTP/1.1\r\nhost: A\r\nAccept: */*\r\nX_Mine: \t\xe4 \xa0 \r\n\r\n',
    ],
    ['with a cookie of ours', 'GET {path} HTTP/1.1\r\nHost: a\r\nCookie: a=b; fgs-session=x; c=d\r\n\r\n'],
    ['with a body', 'POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'with a body that takes room',
      `PUT {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n${'x'.repeat(30_000)}`,
    ],
    ['for nothing', 'GET /missing HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['with HEAD for nothing', 'HEAD /missing HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['for an unknown webhook', 'POST /events/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}'],
    ['for a webhook with a wrong proof', 'POST /events/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n'],
  ])('%s', async (_, text) => {
    const bytes = Buffer.from(text.replace('{path}', path), 'latin1');
    const [whole, halves] = [await exchange([bytes]), await exchange([bytes.subarray(0, 20), bytes.subarray(20)])];
    expect(whole).toEqual(halves);
    expect(whole.answer).toMatch(/^HTTP\/1\.1 \d{3} /);
  });
});

/** What the client and the function get, without ids and times. */
async function exchange(pieces: readonly Buffer[]): Promise<{ answer: string; event: string }> {
  event = 'none';
  const { port, hostname } = new URL(server.running.gateway);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  const closed = once(socket, 'close');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
    if (answer.includes('\r\n\r\n')) socket.end();
  });
  const [first, ...others] = pieces;
  socket.write(first ?? '');
  for (const piece of others) {
    // the server has read the piece before when it has answered another connection
    await raw(server.running.gateway, 'GET /missing HTTP/1.1\r\nHost: a\r\n\r\n');
    socket.write(piece);
  }
  await closed;
  const alike = (text: string): string =>
    text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'an id').replace(/\r\nDate: [^\r]+/, '');
  return { answer: alike(answer), event: alike(event) };
}

it.each(['""', 'a b', '', 'json', 'application/', '/json'])(
  'a body of the type %j is refused with 415',
  async (type) => {
    const url = `${server.running.endpoint}/v3/auth/tokens`;
    const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': type }, body: '{}' });
    expect([answer.status, ((await answer.json()) as Answer['body']).error_code]).toEqual([415, 'FSS.0415']);
  },
);

it('headers of clients do not pass for those of the gateway, however they are spelled', async () => {
  const forged = [
    'X-CFF-Memory',
    'X_CFF_Memory',
    'x.cff~memory',
    'X_Real_IP',
    'X-Forwarded-User',
    'X_Forwarded_For',
    'X-Forwarded_Host',
    'Forwarded',
    'Proxy',
    'Content_Length',
    'Transfer_Encoding',
    'Content_Type',
    'X_Auth_Token',
    'Connection_',
  ];
  const kept = ['X_Mine', 'X-Mine-Too', 'Connection_'];
  const lines = [...new Set([...forged, ...kept])].map((name) => `${name}: evil`);
  const answer = await raw(server.running.gateway, `GET ${path} HTTP/1.1\r\nHost: a\r\n${lines.join('\r\n')}\r\n\r\n`);
  expect(answer.status).toBe(200);
  const evil = Object.entries(seen).flatMap(([name, value]) => (value.includes('evil') ? [name] : []));
  expect(evil.sort()).toEqual(kept.map((name) => name.toLowerCase()).sort());
  expect(seen).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'a' });
});

describe('metrics without a token', () => {
  it.each([
    ['127.0.0.1', 200],
    ['localhost:8080', 200],
    ['[::1]:8080', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:8080', 403],
  ])('are for the host %s: %i', async (host, status) => {
    const { port, hostname } = new URL(server.running.endpoint);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(Number(text.slice(9, 12))).toBe(status);
  });
});

it('a 429 has the time to retry on both ports', async () => {
  const params = await server.deploy('disabled');
  await server.api.call('updateFunctionMaxInstanceConfig', { params, body: { max_instance_num: 0 } });
  const function_urn = params.function_urn.replace(/:latest$/, '');
  await server.api.call('setFunctionUrl', {
    params: { ...params, function_urn },
    body: { auth: 'none', enabled: true },
  });
  const answer = await fetch(`${server.running.gateway}${path.replace('hello', 'disabled')}`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1']);
  const thrown = await server.api.call('invokeFunction', { params, body: {} }).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ status: 429 });
});
