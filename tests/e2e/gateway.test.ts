import { once } from 'node:events';
import { connect } from 'node:net';
import { signRequest } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, PATIENCE, type RawAnswer, receiptOf, request, runtimeOf, target, unsigned } from '../functions.ts';
import { TestServer } from '../server.ts';

const EVENT_FUNCTION = `exports.handler = async (event, context) => {
  const body = Buffer.from(event.body, 'base64');
  switch (event.path) {
    case '/string': return 'plain';
    case '/no-status': return { body: 'x' };
    case '/throw': throw new Error('a secret of the function');
    case '/slow': await new Promise(() => {});
    case '/split': return { statusCode: 200, headers: { 'X-A': 'b\\r\\nX-Injected: yes' }, body: '' };
    case '/split-name': return { statusCode: 200, headers: { 'X-A: b\\r\\nX-Injected': 'yes' }, body: '' };
    case '/binary': return { statusCode: 200, headers: { 'Content-Type': 'image/png' }, isBase64Encoded: true, body: Buffer.from([...body].reverse()).toString('base64') };
    case '/headers': return { statusCode: 202, headers: { 'X-List': ['a', 'b'], Connection: 'close', 'Transfer-Encoding': 'chunked', 'X-CFF-Request-Id': 'forged' }, body: 'ok' };
    case '/size': return { statusCode: 200, headers: {}, isBase64Encoded: false, body: String(body.length) };
    default: return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, isBase64Encoded: false, body: JSON.stringify({ event, id: context.getRequestID() }) };
  }
};`;

const HTTP_FUNCTION = {
  bootstrap: `#!/bin/sh
for node in /opt/function/runtime/nodejs*/rtsp/nodejs/bin/node; do [ -x "$node" ] && exec "$node" server.js; done
`,
  'server.js': `require('node:http').createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    const body = Buffer.concat(parts);
    if (req.url.startsWith('/echo')) { res.writeHead(200, { 'Content-Type': 'image/png', 'Set-Cookie': ['a=1', 'b=2'] }); res.end(body); return; }
    if (req.url === '/status') { res.writeHead(418, { 'X-Odd': 'yes' }); res.end('teapot'); return; }
    if (req.method === 'HEAD') { res.setHeader('Content-Length', 1234); res.end(); return; }
    if (req.method === 'OPTIONS') { res.writeHead(204, { 'Access-Control-Allow-Origin': '*' }); res.end(); return; }
    res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, length: body.length }));
  });
}).listen(8000, '127.0.0.1');`,
};

describe('the gateway', () => {
  let server: TestServer;
  let base: string;
  let event: string;
  let http: string;

  const path = (name: string, rest = '/'): string => `/fn/${server.credentials.project_id}/default/${name}${rest}`;
  const at = (name: string, rest = '/'): string => server.gateway + path(name, rest);
  const setUrl = (urn: string, body: { enabled: boolean; auth?: 'none' | 'iam' }) =>
    server.api.call('setFunctionUrl', { params: target(server, urn), body });

  /** A request as bytes, for what no client library would send; resolves with all that came back. */
  async function raw(text: string): Promise<string> {
    const { hostname, port } = new URL(server.gateway);
    const socket = connect(Number(port), hostname);
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.write(text);
    await once(socket, 'close');
    return Buffer.concat(parts).toString('latin1');
  }

  beforeAll(async () => {
    server = await TestServer.start();
    base = server.gateway;
    const runtime = await runtimeOf(server, 'Node.js');
    event = await deploy(server, { name: 'event-fn', runtime, files: { 'index.js': EVENT_FUNCTION }, timeout: 3 });
    http = await deploy(server, {
      name: 'http-fn',
      runtime: 'http',
      handler: 'bootstrap',
      files: HTTP_FUNCTION,
      // twenty instances start at once in a test
      timeout: 100,
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('publishes nothing by itself, and answers the same for a function that does not exist', async () => {
    const off = await unsigned(at('event-fn'), {});
    const unknown = await unsigned(at('nobody'), {});
    for (const answer of [off, unknown]) {
      expect(answer.status).toBe(404);
      expect(answer.json).toMatchObject({
        error_code: 'APIGW.0101',
        request_id: answer.headers.get('x-cff-request-id'),
      });
    }
    expect(off.json.error_msg).toBe(unknown.json.error_msg);
    expect((await server.api.call('showFunctionUrl', { params: target(server, event) })).data).toEqual({
      function_urn: event,
      enabled: false,
      auth: 'iam',
      path: path('event-fn'),
    });
  });

  it('is opened to all callers by the CLI, keeps that over a restart, and is switched off', async () => {
    const on = await server.fgs(['functions', 'url', 'event-fn', '--enable', '--auth', 'none']);
    expect(on, on.stderr).toMatchObject({ exitCode: 0 });
    expect(on.stdout.toString()).toContain(at('event-fn'));
    expect((await unsigned(at('event-fn'), {})).status).toBe(200);
    await server.restart();
    base = server.gateway;
    expect((await unsigned(at('event-fn'), {})).status).toBe(200);
    expect((await server.fgs(['functions', 'url', 'event-fn', '--disable'])).exitCode).toBe(0);
    expect((await unsigned(at('event-fn'), {})).status).toBe(404);
    await setUrl(event, { enabled: true, auth: 'none' });
    await server.api.call('deleteFunctionUrl', { params: target(server, event) });
    expect((await unsigned(at('event-fn'), {})).status).toBe(404);
  });

  it('lets an app in that the CLI has made and bound, also after a restart', async () => {
    const fgs = async (...args: string[]): Promise<string> => {
      const run = await server.fgs([...args, '--output', 'json']);
      expect(run, run.stderr).toMatchObject({ exitCode: 0 });
      return run.stdout.toString();
    };
    await fgs('triggers', 'create', 'event-fn', '--path', '/orders', '--auth', 'app', '--group', 'shop');
    const app = JSON.parse(await fgs('gateway-apps', 'create', 'partner')) as Record<string, string>;
    const headers = { 'X-Apig-AppCode': app.app_code ?? '' };
    const ask = (): Promise<RawAnswer> =>
      unsigned(`${server.gateway}/api/${server.credentials.project_id}/shop/orders`, { headers });
    expect((await ask()).status).toBe(403);
    await fgs('gateway-apps', 'bind', 'partner', 'event-fn', 'api');
    expect((await ask()).json).toMatchObject({ event: { httpMethod: 'GET' } });
    expect(await fgs('gateway-apps', 'show', 'partner')).toContain('event-fn:latest');
    await server.restart();
    base = server.gateway;
    expect((await ask()).status).toBe(200);
    await fgs('gateway-apps', 'delete', 'partner', '--yes');
    expect((await ask()).json).toMatchObject({ error_code: 'APIGW.0303' });
    await fgs('triggers', 'delete', 'event-fn', 'api', '--yes');
  });

  it('asks for a signature or a token unless it is configured not to, and hides both from the function', async () => {
    await setUrl(event, { enabled: true });
    const refused = await unsigned(at('event-fn'), {});
    expect([refused.status, refused.json.error_code]).toEqual([401, 'APIGW.0301']);
    const url = new URL(at('event-fn', '/signed?b=2&a=1'));
    const keys = { accessKey: server.credentials.access_key, secretKey: server.credentials.secret_key };
    const body = new TextEncoder().encode('{}');
    const headers = await signRequest({ method: 'POST', url, headers: {}, body, nowMs: Date.now() }, keys);
    const signed = await unsigned(url, { method: 'POST', headers, body });
    expect(signed.status).toBe(200);
    expect(Object.keys((signed.json.event as { headers: object }).headers)).not.toContain('authorization');
    const moved = await unsigned(at('event-fn', '/other?b=2&a=1'), { method: 'POST', headers, body });
    expect(moved.status).toBe(401);
    const tampered = await unsigned(url, { method: 'POST', headers, body: '{"a":1}' });
    expect(tampered.status).toBe(401);
    const login = {
      auth: {
        identity: {
          methods: ['password'],
          password: {
            user: { name: server.credentials.user, password: server.credentials.password, domain: { name: 'default' } },
          },
        },
        scope: { project: { id: server.credentials.project_id } },
      },
    };
    const issued = await request(server, { path: '/v3/auth/tokens', body: JSON.stringify(login) });
    const token = issued.headers.get('x-subject-token') ?? '';
    const byToken = await unsigned(url, { headers: { 'X-Auth-Token': token } });
    expect(byToken.status).toBe(200);
    expect(byToken.text).not.toContain(token);
  });

  describe('to an event function', () => {
    const get = (rest: string, init: RequestInit = {}): Promise<RawAnswer> => unsigned(at('event-fn', rest), init);

    beforeAll(async () => {
      await setUrl(event, { enabled: true, auth: 'none' });
    });

    it('makes the APIG event of a request', async () => {
      const answer = await get('/a%2fb/../c?x=1&x=2&__proto__=p&e=%C3%A9', {
        method: 'POST',
        headers: {
          'X-Mine': 'yes',
          'X-Real-IP': '6.6.6.6',
          'X-Forwarded-For': '10.0.0.1',
          'X-CFF-Memory': '9',
          X_CFF_Memory: '9',
        },
        body: 'grüße',
      });
      const seen = answer.json.event as Record<string, unknown> & { headers: Record<string, string> };
      // A client normalises '..' before it sends; the raw form is in the hostile paths below.
      expect(seen).toMatchObject({
        httpMethod: 'POST',
        isBase64Encoded: true,
        body: Buffer.from('grüße').toString('base64'),
        requestContext: { requestId: answer.headers.get('x-cff-request-id'), stage: 'RELEASE', sourceIp: '127.0.0.1' },
        headers: {
          'x-mine': 'yes',
          'x-real-ip': '127.0.0.1',
          'x-forwarded-for': '127.0.0.1',
          'x-forwarded-proto': 'http',
        },
      });
      expect(seen.headers.host).toBe(new URL(base).host);
      expect(seen.headers).not.toHaveProperty('x-cff-memory');
      expect(seen.headers).not.toHaveProperty('x_cff_memory');
      expect(Object.entries(seen.queryStringParameters as object)).toEqual([
        ['x', '2'],
        ['__proto__', 'p'],
        ['e', 'é'],
      ]);
      expect(seen.pathParameters).toEqual({ '': String(seen.path).slice(1) });
      expect(answer.json.id).toBe(answer.headers.get('x-cff-request-id'));
    });

    it('writes a receipt of mode gateway', async () => {
      const id = (await get('/')).headers.get('x-cff-request-id') ?? '';
      await expect.poll(() => receiptOf(server, id), PATIENCE).toMatchObject({ mode: 'gateway', outcome: 'ok' });
    });

    it('carries bytes both ways', async () => {
      const body = Uint8Array.from({ length: 256 }, (_, i) => i);
      const answer = await get('/binary', { method: 'PUT', body });
      expect(answer.headers.get('content-type')).toBe('image/png');
      expect(answer.body).toEqual(Buffer.from([...body].reverse()));
    });

    it('passes repeated headers on and those of the connection not', async () => {
      const answer = await get('/headers');
      expect([answer.status, answer.text, answer.headers.get('x-list')]).toEqual([202, 'ok', 'a, b']);
      expect(answer.headers.get('transfer-encoding')).toBeNull();
      expect(answer.headers.get('connection')).toBe('keep-alive');
      expect(answer.headers.get('x-cff-request-id')).not.toContain('forged');
    });

    it.each([
      ['/string', 500, 'FSS.1206'],
      ['/no-status', 500, 'FSS.1202'],
      ['/throw', 500, 'APIGW.0202'],
      ['/slow', 504, 'APIGW.0203'],
      ['/split', 500, 'FSS.1206'],
      ['/split-name', 500, 'FSS.1206'],
    ])('answers %s with %d %s and a request id, and nothing of the function', async (rest, status, code) => {
      const answer = await get(rest);
      expect([answer.status, answer.json.error_code]).toEqual([status, code]);
      expect(answer.json.request_id).toBe(answer.headers.get('x-cff-request-id'));
      expect(answer.headers.get('x-injected')).toBeNull();
      expect(answer.text).not.toContain('secret');
    });

    it('takes bodies of almost 6 MiB and refuses more before it reads them', async () => {
      const most = 6 * 1024 * 1024 - 64 * 1024;
      expect((await get('/size', { method: 'POST', body: new Uint8Array(most) })).text).toBe(String(most));
      const refused = await get('/size', { method: 'POST', body: new Uint8Array(6 * 1024 * 1024 + 1) });
      expect([refused.status, refused.json.error_code]).toEqual([413, 'FSS.1201']);
      const announced = await raw(
        `POST ${path('event-fn', '/size')} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n`,
      );
      expect(announced).toMatch(/^HTTP\/1\.1 413 /);
    });

    it('refuses with 429 when the function is disabled', async () => {
      await server.api.call('updateFunctionMaxInstanceConfig', {
        params: target(server, event),
        body: { max_instance_num: 0 },
      });
      const answer = await get('/');
      expect([answer.status, answer.json.error_code]).toEqual([429, 'FSS.0429']);
      await server.api.call('updateFunctionMaxInstanceConfig', {
        params: target(server, event),
        body: { max_instance_num: 400 },
      });
      expect((await get('/')).status).toBe(200);
    });
  });

  describe('to an HTTP function', () => {
    const get = (rest: string, init: RequestInit = {}): Promise<RawAnswer> => unsigned(at('http-fn', rest), init);

    beforeAll(async () => {
      await setUrl(http, { enabled: true, auth: 'none' });
    });

    it('passes the request on and the answer back', async () => {
      const { json } = await get('/path?x=1&x=2', {
        method: 'PATCH',
        headers: { Authorization: 'Bearer mine' },
        body: 'abc',
      });
      expect(json).toMatchObject({ method: 'PATCH', url: '/path?x=1&x=2', length: 3 });
      expect(json.headers).toMatchObject({
        authorization: 'Bearer mine',
        host: new URL(base).host,
        'x-cff-func-name': 'http-fn',
        'x-forwarded-prefix': path('http-fn', ''),
      });
      const odd = await get('/status');
      expect([odd.status, odd.text, odd.headers.get('x-odd')]).toEqual([418, 'teapot', 'yes']);
    });

    it('carries 6 MiB of bytes both ways, and cookies one by one', async () => {
      const body = Buffer.alloc(
        6 * 1024 * 1024,
        Uint8Array.from({ length: 251 }, (_, i) => i),
      );
      const answer = await get('/echo', { method: 'POST', body });
      expect([answer.status, answer.body.equals(body)]).toEqual([200, true]);
      expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    });

    it('leaves HEAD and preflight requests to the function', async () => {
      const head = await get('/', { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '1234']);
      const preflight = await get('/', { method: 'OPTIONS', headers: { Origin: 'https://example.com' } });
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    });

    it('takes a version in the path, and refuses versions that do not exist', async () => {
      expect((await unsigned(at('http-fn', ':latest/status'), {})).status).toBe(418);
      expect((await unsigned(at('http-fn', ':v9/status'), {})).status).toBe(404);
      expect((await unsigned(at('http-fn', ':!none/status'), {})).status).toBe(404);
    });

    it('lets no path lead to another function, and hands on what is behind the name as it came', async () => {
      const send = (target: string): Promise<string> =>
        raw(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      for (const rest of ['//', '/../../event-fn/', '/%2e%2e/%2f..%2f', '/a;b=c?q#'].map((each) =>
        each.replace('#', ''),
      )) {
        const answer = await send(path('http-fn', rest));
        expect(answer).toMatch(/^HTTP\/1\.1 200 /);
        expect(answer).toContain(`"url":${JSON.stringify(rest)}`);
      }
      const hostile = [
        path('http-fn').replace('/default/', '/default%2f'),
        path('http-fn').replace('/fn/', '//fn/'),
        path('http-fn').replace('/fn/', '/fn/../fn/'),
        `http://other.example${path('http-fn')}`,
        path('http-fn', '%00/'),
        path('http-fn', `/${'a'.repeat(9000)}`),
        path('http-fn', ':!'),
        '*',
        '/',
      ];
      for (const each of hostile) expect(await send(each)).toMatch(/^HTTP\/1\.1 40[04] /);
      expect(await send(path('http-fn', `/${'a'.repeat(20_000)}`))).toMatch(/^HTTP\/1\.1 431 /);
    });

    it('refuses methods off the list, WebSockets and requests that smuggle another', async () => {
      const send = (head: string): Promise<string> => raw(`${head}\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect(await send(`PROPFIND ${path('http-fn')} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 404 /);
      const upgrade = `GET ${path('http-fn')} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
      const webSocket = await raw(
        `${upgrade}Sec-WebSocket-Version: 13\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
      expect(webSocket).toMatch(/^HTTP\/1\.1 400 /);
      expect(webSocket).toContain('WebSocket connections are not supported');
      const both = await send(`POST ${path('http-fn')} HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked`);
      expect(both).toMatch(/^HTTP\/1\.1 400 /);
    });

    it('keeps twenty requests at once apart', async () => {
      const bodies = Array.from({ length: 20 }, (_, i) => `body ${i}`);
      const answers = await Promise.all(bodies.map((body) => get('/echo', { method: 'POST', body })));
      expect(answers.map(({ text }) => text)).toEqual(bodies);
    });
  });
});
