import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { http } from '../src/languages/custom.ts';
import { Instance } from './harness.ts';
import { httpSupervisor } from './interpreters.ts';
import { expectLanes } from './lane-suite.ts';

interface Wrapping {
  readonly body: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly statusCode: number;
  readonly isBase64Encoded: boolean;
}

/** A port that was free a moment ago; inside a sandbox it is always 8000. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('http', () => {
  let root = '';
  let port = 0;
  let instance: Instance;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'funcgraph-http-'));
    port = await freePort();
    instance = await Instance.start(httpSupervisor().command, tmpdir(), { FUNCGRAPH_HTTP_PORT: String(port) });
  });
  afterEach(async () => {
    await instance.stop();
    rmSync(root, { recursive: true, force: true });
  });

  function write(text: string, mode = 0o755): void {
    writeFileSync(join(root, 'bootstrap'), text);
    chmodSync(join(root, 'bootstrap'), mode);
  }

  /** A bootstrap with a Node.js server; `handler` sees `req`, `res` and `body`. */
  function nodeServer(handler: string, before = ''): string {
    return `#!${process.execPath}
const http = require('node:http');
const server = http.createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => { const body = Buffer.concat(parts); ${handler} });
});
${before || `server.listen(${port}, '127.0.0.1');`}
`;
  }

  async function ready(text: string): Promise<void> {
    write(text);
    const { header, body } = await instance.init(root, 'bootstrap');
    expect([header.type, body.toString()]).toEqual(['ready', '']);
    expectLanes(header, http);
  }

  async function call(event: object, id = 'r-1'): Promise<Wrapping & { readonly text: string }> {
    const answer = await instance.invoke(JSON.stringify(event), id);
    expect([answer.code, answer.code === 0 ? '' : answer.payload]).toEqual([0, '']);
    const wrapping = JSON.parse(answer.payload) as Wrapping;
    return { ...wrapping, text: Buffer.from(wrapping.body, 'base64').toString('utf8') };
  }

  it('sends hello at once', async () => {
    expect(await instance.hello()).toMatch(/^http on node v\d+/);
  });

  it('turns an event into a request and wraps the answer with header lists and a Base64 body', async () => {
    await ready(
      nodeServer(`res.writeHead(201, { 'X-One': 'a', 'Set-Cookie': ['a=1', 'b=2'] });
        res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: body.toString('hex') }));`),
    );
    const answer = await call({
      httpMethod: 'POST',
      path: '/a%2fb/../c',
      queryStringParameters: { q: 'x y&z', list: ['1', '2'] },
      headers: {
        'content-type': 'image/png',
        'X-CFF-Memory': '9999',
        'X-Cff-Auth-Token': 'forged',
        connection: 'close',
      },
      body: Buffer.from([0, 255, 10]).toString('base64'),
      isBase64Encoded: true,
    });
    expect(Object.keys(answer).sort()).toEqual(['body', 'headers', 'isBase64Encoded', 'statusCode', 'text']);
    expect([answer.statusCode, answer.isBase64Encoded]).toEqual([201, true]);
    expect(answer.headers).toMatchObject({ 'X-One': ['a'], 'Set-Cookie': ['a=1', 'b=2'] });
    expect(Object.keys(answer.headers).join().toLowerCase()).not.toMatch(/connection|transfer-encoding|keep-alive/);
    const seen = JSON.parse(answer.text);
    expect(seen).toMatchObject({ method: 'POST', url: '/a%2fb/../c?q=x%20y%26z&list=1&list=2', body: '00ff0a' });
    expect(seen.headers).toMatchObject({
      'content-type': 'image/png',
      'x-cff-request-id': 'r-1',
      'x-cff-memory': '128',
      'x-cff-timeout': '3',
      'x-cff-func-version': 'latest',
      'x-cff-func-name': 'conformance',
      'x-cff-project-id': 'project-1',
      'x-cff-package': 'default',
    });
    expect(seen.headers).toHaveProperty('x-cff-region');
    expect(seen.headers).not.toHaveProperty('x-cff-auth-token');
  });

  it('takes a plain text body, and answers of every status are answers', async () => {
    await ready(nodeServer(`res.statusCode = 404; res.end(body);`));
    const event = { httpMethod: 'put', path: '/', body: '中文', isBase64Encoded: false };
    expect(await call(event)).toMatchObject({ statusCode: 404, text: '中文' });
  });

  it('keeps ten requests at once apart', async () => {
    await ready(
      nodeServer(`(globalThis.all ??= []).push([req.url, res]);
        if (globalThis.all.length === 10) for (const [url, each] of globalThis.all.reverse()) each.end(url);`),
    );
    const ids = Array.from({ length: 10 }, (_, i) => `r-${i}`);
    const answers = await Promise.all(ids.map((id) => call({ httpMethod: 'GET', path: `/${id}` }, id)));
    expect(answers.map(({ text }) => text)).toEqual(ids.map((id) => `/${id}`));
  });

  it('carries 6 MiB both ways in the binary form and refuses more', async () => {
    await ready(nodeServer(`res.end(req.url === '/more' ? Buffer.alloc(body.length + 1) : body);`));
    const body = Buffer.alloc(
      6 * 1024 * 1024,
      Uint8Array.from({ length: 256 }, (_, at) => at),
    );
    const sendBinary = async (url: string, id: string) => {
      const head = Buffer.from(JSON.stringify({ method: 'POST', url, headers: [['X-A', '1']] }));
      const size = Buffer.alloc(4);
      size.writeUInt32BE(head.length);
      const frame = { type: 'invoke', requestId: id, timeoutMs: 3000, credentials: {}, http: true };
      instance.send(frame, Buffer.concat([size, head, body]));
      return instance.next((each) => each.header.type === 'result' && each.header.requestId === id);
    };
    const answer = await sendBinary('/', 'r-1');
    expect(answer.header).toMatchObject({ code: 0 });
    const length = answer.body.readUInt32BE(0);
    expect(JSON.parse(answer.body.toString('utf8', 4, 4 + length))).toMatchObject({ statusCode: 200 });
    expect(answer.body.subarray(4 + length).equals(body)).toBe(true);
    const refused = await sendBinary('/more', 'r-2');
    expect(refused.header).toMatchObject({ code: 4004 });
    expect(refused.body.toString()).toBe('response body exceeds the limit of 6291456');
  });

  it('an answer that waits for credit until its end comes whole', async () => {
    const bytes = 2 ** 20 + 100_000;
    await ready(`#!${process.execPath}
require('node:http').createServer((req, res) => {
  res.on('finish', () => console.log('sent'));
  res.end(Buffer.alloc(${bytes}, 'x'));
}).listen(${port}, '127.0.0.1');
`);
    const head = Buffer.from(JSON.stringify({ method: 'GET', url: '/', headers: [] }));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(head.length);
    const frame = { type: 'invoke', requestId: 'r-1', timeoutMs: 3000, credentials: {}, http: true, stream: true };
    instance.send(frame, Buffer.concat([size, head]));
    const cost = 256;
    let credit = 2 ** 20;
    let received = 0;
    const next = () =>
      instance.next(
        ({ header }) => (header.type === 'chunk' || header.type === 'result') && header.requestId === 'r-1',
      );
    while (credit > cost) {
      const { body } = await next();
      received += body.length;
      credit -= body.length + cost;
    }
    await instance.log(({ text }) => text.includes('sent'));
    // a little at a time: the last piece is read long before it is sent
    for (;;) {
      instance.send({ type: 'credit', requestId: 'r-1', bytes: 5_000 + cost });
      const { header, body } = await next();
      received += body.length;
      if (header.type !== 'result') continue;
      expect([header.code, received]).toEqual([0, bytes]);
      break;
    }
  });

  describe('a body that follows', () => {
    /** Reads by hand: `/early` not at all, `/stalls` nothing before `/go` came. */
    const server = (): string => `#!${process.execPath}
let stalled;
require('node:http').createServer((req, res) => {
  if (req.url === '/go') { stalled?.resume(); res.end('went'); return; }
  req.on('error', () => console.log('gone'));
  if (req.url === '/early') { res.writeHead(413); res.end('enough'); return; }
  if (req.url === '/stalls') { stalled = req; req.on('data', () => {}); req.pause(); req.on('end', () => res.end('read')); return; }
  res.writeHead(200, { 'X-Length': req.headers['content-length'] ?? req.headers['transfer-encoding'] });
  res.flushHeaders();
  req.pipe(res);
}).listen(${port}, '127.0.0.1');
`;
    const start = (id: string, url: string, more: object = {}): void => {
      const head = Buffer.from(JSON.stringify({ method: 'POST', url, headers: [] }));
      const size = Buffer.alloc(4);
      size.writeUInt32BE(head.length);
      const flags = { http: true, stream: true, bodyFollows: true, ...more };
      instance.send(
        { type: 'invoke', requestId: id, timeoutMs: 3000, credentials: {}, ...flags },
        Buffer.concat([size, head]),
      );
    };
    const piece = (id: string, text: string | Buffer, last = false): void =>
      instance.send({ type: 'body', requestId: id, ...(last ? { last } : {}) }, Buffer.from(text));
    const answerOf = async (id: string): Promise<{ code: number; head: unknown; text: string }> => {
      const { code, head, pieces } = await instance.streamed(id);
      return { code, head, text: pieces.join('') };
    };
    const chunk = async (id: string): Promise<string> =>
      (
        await instance.next(({ header, body }) => header.type === 'chunk' && header.requestId === id && body.length > 0)
      ).body.toString();

    it('reaches the server piece by piece, while the answer already goes out', async () => {
      await ready(server());
      start('r-1', '/');
      const { header } = await instance.next((frame) => frame.header.type === 'chunk');
      expect(header).toMatchObject({ head: { statusCode: 200 } });
      for (const text of ['one', 'two']) {
        piece('r-1', text);
        expect(await chunk('r-1')).toBe(text);
      }
      piece('r-1', 'three', true);
      expect(await answerOf('r-1')).toMatchObject({ code: 0, text: 'three' });
    });

    it.each([
      [{}, 'chunked'],
      [{ bodyBytes: 3 }, '3'],
    ])('states its length when that is known: %j', async (more, length) => {
      await ready(server());
      start('r-1', '/', more);
      piece('r-1', 'abc', true);
      const { head, text } = await answerOf('r-1');
      expect(text).toBe('abc');
      expect((head as { headers: string[][] }).headers).toContainEqual(['X-Length', length]);
    });

    it('gets credit only for what the server has taken, and stops no other request', async () => {
      await ready(server());
      start('r-1', '/stalls');
      const block = Buffer.alloc(256 * 1024 - 256);
      let credit = 2 ** 20;
      let sent = 0;
      let granted = 0;
      const quiet = async (): Promise<boolean> => {
        // An answer of another request is behind all credit that was there to give.
        start(`p-${sent}-${granted}`, '/', { bodyBytes: 1 });
        piece(`p-${sent}-${granted}`, 'x', true);
        const before = granted;
        expect((await answerOf(`p-${sent}-${granted}`)).text).toBe('x');
        while (instance.has((frame) => frame.header.type === 'bodyCredit' && frame.header.requestId === 'r-1')) {
          const { header } = await instance.next(
            (frame) => frame.header.type === 'bodyCredit' && frame.header.requestId === 'r-1',
          );
          granted += header.type === 'bodyCredit' ? header.bytes : 0;
        }
        credit += granted - before;
        return credit < 256 * 1024;
      };
      while (!(await quiet())) {
        piece('r-1', block);
        sent += 1;
        credit -= 256 * 1024;
        expect(sent).toBeLessThan(100);
      }
      // Only the kernel's socket buffers took more bytes than the window.
      expect(sent * 256 * 1024 - granted).toBeGreaterThan(2 ** 19);
      start('r-2', '/go', { bodyFollows: false });
      expect((await answerOf('r-2')).text).toBe('went');
      await instance.next((frame) => frame.header.type === 'bodyCredit' && frame.header.requestId === 'r-1');
      piece('r-1', 'end', true);
      expect(await answerOf('r-1')).toMatchObject({ code: 0, text: 'read' });
    });

    it('ends with the request when the server answers before it has read all', async () => {
      await ready(server());
      start('r-1', '/early');
      piece('r-1', 'some');
      expect(await answerOf('r-1')).toMatchObject({ code: 0, head: { statusCode: 413 }, text: 'enough' });
      // Pieces in transit are discarded.
      piece('r-1', 'more', true);
      start('r-2', '/');
      piece('r-2', 'next', true);
      expect((await answerOf('r-2')).text).toBe('next');
    });

    it('breaks off for the server too when the caller no longer waits for the answer', async () => {
      await ready(server());
      start('r-1', '/stalls');
      piece('r-1', 'some');
      start('r-2', '/');
      piece('r-2', 'x', true);
      await instance.streamed('r-2');
      instance.send({ type: 'cancel', requestId: 'r-1' });
      expect((await instance.streamed('r-1')).code).toBe(4002);
      await instance.log((line) => line.text === 'gone');
    });
  });

  it.each([
    ['not JSON', 'nothing', 'it is not JSON'],
    ['an object of something else', '{"a":1}', "it has no 'httpMethod'"],
    ['a path that is none', '{"httpMethod":"GET","path":"a"}', "'path' does not begin with '/'"],
    ['a method with a blank', '{"httpMethod":"GET /x","path":"/"}', "'httpMethod' is not a method"],
    ['half a character', '{"httpMethod":"GET","path":"/\\ud800"}', 'cannot be written as a URL'],
    ['a list of headers', '{"httpMethod":"GET","path":"/","headers":[]}', "'headers' is not an object"],
    [
      'a WebSocket',
      '{"httpMethod":"GET","path":"/","headers":{"Upgrade":"websocket"}}',
      'WebSocket connections are not',
    ],
    ['a header of two lines', '{"httpMethod":"GET","path":"/","headers":{"a":"b\\r\\nc: d"}}', 'Invalid character'],
  ])('refuses an event with %s, and goes on', async (_what, event, why) => {
    await ready(nodeServer(`res.end('ok');`));
    const refused = await instance.invoke(event, 'r-1');
    expect(refused.code).toBe(4002);
    expect(JSON.parse(refused.payload).errorMessage).toContain(why);
    expect(await call({ httpMethod: 'GET', path: '/' }, 'r-2')).toMatchObject({ text: 'ok' });
  });

  it('waits for a server that listens late, and logs what it printed until then', async () => {
    await ready(
      nodeServer(
        `res.end('late');`,
        `console.log('warming'); setTimeout(() => server.listen(${port}, '127.0.0.1'), 700);`,
      ),
    );
    expect(instance.logs).toEqual([{ requestId: '', level: 'INFO', text: 'warming' }]);
    expect(await call({ httpMethod: 'GET', path: '/' })).toMatchObject({ text: 'late' });
  });

  it('reports a bootstrap that ends before its server listens', async () => {
    write('#!/bin/sh\necho "no configuration" >&2\nexit 7\n');
    const { header, body } = await instance.init(root, 'bootstrap');
    expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
    expect(JSON.parse(body.toString()).errorMessage).toBe(
      `function initialization exception, error: bootstrap exited with code 7 before its server listened on 127.0.0.1:${port}`,
    );
    expect(instance.logs[0]).toEqual({ requestId: '', level: 'ERROR', text: 'no configuration' });
  });

  it('reports where a server listens that does not listen on the right port in time', async () => {
    const elsewhere = await freePort();
    write(nodeServer('res.end();', `server.listen(${elsewhere}, '0.0.0.0');`));
    const { header, body } = await instance.init(root, 'bootstrap', { listenMs: 1000 });
    expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
    expect(JSON.parse(body.toString()).errorMessage).toBe(
      `function entry exception, error: nothing listens on 127.0.0.1:${port} after 1 s; the function listens on 0.0.0.0:${elsewhere}`,
    );
  });

  it('reports that a bootstrap without a server listens nowhere', async () => {
    write('#!/bin/sh\nexec sleep 60\n');
    const { header, body } = await instance.init(root, 'bootstrap', { listenMs: 200 });
    expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
    expect(JSON.parse(body.toString()).errorMessage).toBe(
      `function entry exception, error: nothing listens on 127.0.0.1:${port} after 0.2 s; nor on any other port`,
    );
  });

  it.each([
    ['#!/usr/bin/nope\n', 'names the interpreter /usr/bin/nope in its first line, which does not exist'],
    ['#!/bin/sh\r\n', 'has Windows line ends (CRLF)'],
  ])('refuses a bootstrap that cannot be started: %j', async (text, why) => {
    write(text);
    const { header, body } = await instance.init(root, 'bootstrap');
    expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
    expect(JSON.parse(body.toString()).errorMessage).toContain(`'bootstrap' ${why}`);
  });

  it('refuses code without a bootstrap', async () => {
    const { header } = await instance.init(root, 'bootstrap');
    expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
  });

  it('fails what runs with the exit code when the bootstrap dies, and ends', async () => {
    await ready(nodeServer(`console.error('dying'); process.exit(5);`));
    const answer = await instance.invoke(JSON.stringify({ httpMethod: 'GET', path: '/' }));
    expect(instance.isLeaving).toBe(true);
    expect([answer.code, JSON.parse(answer.payload).errorMessage]).toEqual([
      4002,
      'function invocation exception, error: bootstrap exited with code 5',
    ]);
    expect(answer.logs[0]).toMatchObject({ level: 'ERROR', text: 'dying' });
    expect(await instance.exited).toBe(1);
  });

  it('reports an answer that is not HTTP, one that breaks off, and a switch of protocols', async () => {
    await ready(
      nodeServer(`const raw = { '/garbage': 'hello\\r\\n\\r\\n', '/short': 'HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nx',
          '/switch': 'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: upgrade\\r\\n\\r\\n' };
        req.socket.end(raw[req.url]);`),
    );
    const message = async (path: string): Promise<string> => {
      const answer = await instance.invoke(JSON.stringify({ httpMethod: 'GET', path }), path);
      expect(answer.code).toBe(4002);
      return JSON.parse(answer.payload).errorMessage;
    };
    expect(await message('/garbage')).toContain('did not answer with valid HTTP/1.1');
    expect(await message('/short')).toContain('gave no complete answer');
    expect(await message('/switch')).toContain('WebSocket');
  });
});
