import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KnownHosts } from './known-hosts.ts';
import { PageFiles } from './page-files.ts';
import { ConsolePages } from './pages.ts';

const INDEX = '<!doctype html><title>console</title>';
const SCRIPT = 'export const a = 1;';

let folder: string;
let built: Server;
let bare: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-pages-'));
  const dist = join(folder, 'dist');
  await mkdir(join(dist, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.json'), '{}');
  await writeFile(join(dist, 'index.html'), INDEX);
  await writeFile(join(dist, 'favicon.svg'), '<svg/>');
  await writeFile(join(dist, 'assets', 'main-abc123.js'), SCRIPT);
  await writeFile(join(dist, 'assets', 'main-abc123.js.gz'), gzipSync(SCRIPT));
  await writeFile(join(dist, 'assets', 'main-abc123.js.br'), 'br');
  built = await serve(dist);
  bare = await serve(join(folder, 'missing'));
});
afterAll(async () => {
  built.close();
  bare.close();
  await rm(folder, { recursive: true });
});

async function serve(dist: string): Promise<Server> {
  const hosts = new KnownHosts({ host: '127.0.0.1', machine: 'box', publicUrl: undefined });
  const pages = new ConsolePages({ files: await PageFiles.open(dist), hosts, log: pino({ level: 'silent' }) });
  const server = createServer((incoming, response) => {
    if (!pages.takes(incoming, response)) response.writeHead(418).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The path is sent as it is. */
async function send(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  server = built,
): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  const sent = { host: `localhost:${port}`, ...headers };
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers: sent }).end();
  const [incoming] = await once(outgoing, 'response');
  return { status: incoming.statusCode, headers: incoming.headers, body: await buffer(incoming) };
}

describe('pages of the console', () => {
  it('are served below /console/, with the index for every address of the application', async () => {
    for (const path of ['/console/', '/console/?lang=zh-CN', '/console/functions/a', '/console/index.html']) {
      const { status, headers, body } = await send(path);
      expect([status, headers['content-type'], headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
      expect(body.toString()).toBe(INDEX);
    }
  });

  it('have headers against foreign scripts and frames', async () => {
    const { headers } = await send('/console/');
    const policy = String(headers['content-security-policy']);
    for (const rule of ["script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
      expect(policy.split('; ')).toContain(rule);
    }
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  });

  it('with hashed names are kept for ever, in the best coding that the browser accepts', async () => {
    const path = '/console/assets/main-abc123.js';
    const plain = await send(path);
    expect(plain.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'Accept-Encoding',
    });
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(plain.body.toString()).toBe(SCRIPT);
    const gzip = await send(path, { 'accept-encoding': 'gzip, br;q=0' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).toString()).toBe(SCRIPT);
    const br = await send(path, { 'accept-encoding': 'gzip, deflate, br' });
    expect([br.headers['content-encoding'], br.body.toString()]).toEqual(['br', 'br']);
    expect(new Set([plain, gzip, br].map(({ headers }) => headers.etag)).size).toBe(3);
  });

  it('are not sent again to a browser that has them', async () => {
    const { headers } = await send('/console/');
    const again = await send('/console/', { 'if-none-match': `"x", ${headers.etag}` });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, headers.etag]);
    expect((await send('/console/', { 'if-none-match': '"x"' })).status).toBe(200);
  });

  it('answer HEAD without a body, and refuse other methods', async () => {
    const head = await send('/console/', {}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(INDEX.length), 0]);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await send('/console/', {}, method)).status).toBe(405);
    }
  });

  it.each([
    '/console/../secret.json',
    '/console/..%2fsecret.json',
    '/console/%2e%2e/secret.json',
    '/console/assets/../../secret.json',
    '/console//etc/passwd.txt',
    '/console/..\\secret.json',
    '/console/assets/main-abc123.js%00.html',
    '/console/assets/other.js',
    '/console/favicon.svg/',
    '/console/__proto__.json',
  ])('show no other file: %s', async (path) => {
    const { status, body } = await send(path);
    if (status === 200) expect(body.toString()).toBe(INDEX);
    else expect(status).toBe(404);
  });

  it('are where browsers are sent that open the address of the server', async () => {
    const page = await send('/', { accept: 'text/html,*/*' });
    expect([page.status, page.headers.location]).toEqual([302, 'console/']);
    expect((await send('/console')).headers.location).toBe('console/');
    expect((await send('/')).status).toBe(418);
    expect((await send('/', { accept: 'text/html' }, 'POST')).status).toBe(418);
    expect((await send('/consoles')).status).toBe(418);
  });

  it('are not shown at a foreign host', async () => {
    for (const path of ['/console/', '/console/assets/main-abc123.js']) {
      expect((await send(path, { host: 'evil.example' })).status).toBe(403);
      expect((await send(path, { host: 'BOX:8080' })).status).toBe(200);
    }
  });

  it('are at the name of the own machine only, because pages of functions are at its addresses', async () => {
    for (const host of ['127.0.0.1:8080', '[::1]:8080']) {
      const { status, headers } = await send('/console/functions?tab=code', { host });
      expect([status, headers.location]).toEqual([302, 'http://localhost:8080/console/functions?tab=code']);
      expect((await send('/', { host, accept: 'text/html' })).headers.location).toBe('http://localhost:8080/console/');
    }
  });

  it('say how to build them when they are missing', async () => {
    const { status, body, headers } = await send('/console/functions', {}, 'GET', bare);
    expect([status, headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
    expect(body.toString()).toContain('npm run build');
  });
});
