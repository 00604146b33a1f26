import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { image } from '../src/languages/image.ts';
import type { ImageStart } from '../src/protocol/frames.ts';
import { Instance } from './harness.ts';
import { httpSupervisor } from './interpreters.ts';
import { expectLanes } from './lane-suite.ts';

/** A port that was free a moment ago; inside a sandbox it is always 8000. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('container images', () => {
  let root = '';
  let port = 0;
  let instance: Instance;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'funcgraph-image-'));
    port = await freePort();
    const env = { FUNCGRAPH_HTTP_PORT: String(port), FUNCGRAPH_LISTEN_MS: '1000' };
    instance = await Instance.start(httpSupervisor().command, tmpdir(), env);
  });
  afterEach(async () => {
    await instance.stop();
    rmSync(root, { recursive: true, force: true });
  });

  /** A server whose `handler` sees `req`, `res`, `body` and `log`. */
  function program(handler: string): string {
    const file = join(root, 'server.js');
    writeFileSync(
      file,
      `const http = require('node:http');
const server = http.createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => { const body = Buffer.concat(parts).toString(); ${handler} });
});
console.log('starting', process.env.ONLY ?? '', Object.keys(process.env).filter((key) => key !== 'PWD').join());
server.listen(${port}, '127.0.0.1');`,
    );
    return file;
  }

  function start(file: string, kind: ImageStart['kind'], initializer?: string) {
    return instance.init('/opt/function/code', '-', {
      image: { argv: [process.execPath, file], workingDir: root, kind },
      env: { ONLY: 'mine' },
      ...(initializer === undefined ? {} : { initializer }),
    });
  }

  it('get POST /init once and POST /invoke for each event, as JSON with the headers of the platform', async () => {
    const file = program(`
      if (req.url === '/init') { global.inits = (global.inits ?? 0) + 1; res.end('{}'); return; }
      console.log('invoked');
      res.end(JSON.stringify({ inits, method: req.method, url: req.url, body, headers: req.headers }));`);
    const { header } = await start(file, 'event', '-');
    expect(header.type).toBe('ready');
    expectLanes(header, image);
    const first = await instance.invoke('{"key":1}', 'r-1');
    expect(JSON.parse(first.payload)).toMatchObject({
      inits: 1,
      method: 'POST',
      url: '/invoke',
      body: '{"key":1}',
      headers: { 'content-type': 'application/json', 'x-cff-request-id': 'r-1', 'x-cff-memory': '128' },
    });
    expect(first.logs.map(({ text }) => text)).toContain('invoked');
    const second = await instance.invoke('{}', 'r-2');
    expect(JSON.parse(second.payload)).toMatchObject({ inits: 1 });
  });

  it('are not asked to initialise when the function has no initializer', async () => {
    const file = program(`res.end(req.url);`);
    expect((await start(file, 'event')).header.type).toBe('ready');
    expect((await instance.invoke('{}')).payload).toBe('/invoke');
  });

  it('have the environment that they are given and nothing of the shim', async () => {
    await start(program('res.end()'), 'event');
    const line = await instance.log(({ text }) => text.startsWith('starting'));
    expect(line.text).toBe('starting mine ONLY');
  });

  it('fail a request with a status that is no success, and go on', async () => {
    const file = program(`res.statusCode = body === '1' ? 500 : 200; res.end('told ' + body);`);
    await start(file, 'event');
    const failed = await instance.invoke('1', 'r-1');
    expect(failed.code).toBe(4002);
    expect(failed.payload).toContain('POST /invoke answered with status 500: told 1');
    expect(await instance.invoke('2', 'r-2')).toMatchObject({ code: 0, payload: 'told 2' });
  });

  it('fail to initialise with a status that is no success', async () => {
    const file = program(`res.statusCode = 503; res.end('not today');`);
    const { header, body } = await start(file, 'event', '-');
    expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
    expect(body.toString()).toContain('POST /init answered with status 503: not today');
  });

  it('serve any request when they are HTTP functions', async () => {
    await start(program(`res.statusCode = 404; res.end(req.method + ' ' + req.url);`), 'http');
    const answer = await instance.invoke(JSON.stringify({ httpMethod: 'PUT', path: '/a/b', body: '' }));
    const wrapping = JSON.parse(answer.payload) as { statusCode: number; body: string };
    expect(wrapping.statusCode).toBe(404);
    expect(Buffer.from(wrapping.body, 'base64').toString()).toBe('PUT /a/b');
  });

  it('report how their program ended and its last output', async () => {
    const file = join(root, 'broken.js');
    writeFileSync(file, `console.log('reading'); console.error('no such table'); process.exit(3);`);
    const { header, body } = await start(file, 'event');
    expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
    expect(body.toString()).toMatch(/exited with code 3 before its server listened.*no such table/);
  });

  it('report that nothing listened, and its last output', async () => {
    const file = join(root, 'idle.js');
    writeFileSync(file, `console.log('waiting for godot'); setInterval(() => {}, 1000);`);
    const { header, body } = await start(file, 'event');
    expect(header.type).toBe('failed');
    expect(body.toString()).toMatch(
      /nothing listens on 127\.0\.0\.1:\d+ after 1 s; nor on any other port; its last output:.*waiting for godot/,
    );
  });

  it('report a program and a folder that the image does not have', async () => {
    const image = { argv: ['no-such-program'], workingDir: root, kind: 'event' } as const;
    const { body } = await instance.init('/opt/function/code', '-', { image });
    expect(body.toString()).toContain("the image's program no-such-program cannot be started");
  });
});
