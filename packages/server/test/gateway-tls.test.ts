import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ConnectionOptions, connect, type PeerCertificate } from 'node:tls';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';

let dir: string;
let server: FakeServer;
let port: number;
let path: string;
const logged: string[] = [];

/** Writes a self-signed pair. Returns the certificate. */
function issue(name: string, subject = name): string {
  const [key, cert] = [join(dir, `${name}.key`), join(dir, `${name}.crt`)];
  const names = ['-subj', `/CN=${subject}`, '-addext', `subjectAltName=DNS:${subject}`];
  const options = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...options, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return readFileSync(cert, 'utf8');
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'funcgraph-tls-'));
  issue('api.example.com');
  issue('*.example.com');
  const handler = (event: Buffer): string => JSON.stringify({ statusCode: 200, body: event.toString() });
  const log = pino({ level: 'info' }, { write: (line) => logged.push(line) });
  const tls = { dir, port: 0 };
  const config = { apiTls: tls, gatewayTls: tls, storageTls: tls, accessLogBytes: 64 * 2 ** 20 };
  server = await FakeServer.start({ handler }, config, log);
  port = Number(/"port":(\d+).*the gateway listens with TLS/.exec(logged.join(''))?.[1]);
  const event_data = {
    ...{ name: 'API', type: 1, path: '/w', req_method: 'GET', group_id: 'g1', match_mode: 'NORMAL', auth: 'NONE' },
    func_info: { timeout: 5000 },
  };
  const body = { trigger_type_code: 'APIG', event_data } as const;
  const { data } = await server.api.call('createFunctionTrigger', { params: await server.deploy('hello'), body });
  path = new URL(String(data.event_data.invoke_url)).pathname;
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

interface Seen {
  readonly subject: string;
  readonly fingerprint: string;
  readonly protocol: string | null;
}

/** What the handshake for a name shows; rejects when it fails. */
function handshake(servername: string, options: ConnectionOptions = {}): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false, ...options }, () => {
      const { subject, fingerprint256 } = socket.getPeerCertificate() as PeerCertificate;
      resolve({ subject: String(subject.CN), fingerprint: fingerprint256, protocol: socket.alpnProtocol || null });
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

function get(servername: string, host: string, at = { port, path }): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', ...at, servername, headers: { Host: host }, rejectUnauthorized: false };
    request({ ...options, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

it('shows the certificate of the name, its own before that of the domain, and speaks HTTP/1.1 only', async () => {
  expect((await handshake('api.example.com')).subject).toBe('api.example.com');
  expect((await handshake('shop.example.com', { ALPNProtocols: ['h2', 'http/1.1'] })).protocol).toBe('http/1.1');
  expect((await handshake('shop.example.com')).subject).toBe('*.example.com');
  expect(await failure(handshake('example.org'))).toMatch(/^ERR_SSL|ECONNRESET/);
  expect(await failure(handshake('', {}))).toMatch(/^ERR_SSL|ECONNRESET/);
  expect(await failure(handshake('api.example.com', { ALPNProtocols: ['h2'] }))).toMatch(/^ERR_SSL|ECONNRESET/);
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  expect(await failure(handshake('api.example.com', old))).toMatch(/^ERR_SSL|ECONNRESET/);
});

it('answers requests for the host of the handshake, and 421 for another', async () => {
  const { status, body } = await get('api.example.com', `API.example.com:${port}`);
  expect(status).toBe(200);
  expect(JSON.parse(body).headers).toMatchObject({ 'x-forwarded-proto': 'https' });
  expect((await get('shop.example.com', 'shop.example.com')).status).toBe(200);
  for (const host of ['shop.example.com', 'example.com', '127.0.0.1', 'api.example.com.evil'])
    expect(await get('api.example.com', host), host).toMatchObject({
      status: 421,
      body: expect.stringContaining('APIGW.0421'),
    });
  expect((await fetch(`${server.running.gateway}${path}`)).status).toBe(200);
});

it('names addresses with https to clients of the API that come through TLS', async () => {
  const at = { port: Number(/"port":(\d+).*the API listens with TLS/.exec(logged.join(''))?.[1]), path: '/v3' };
  const { body } = await get('api.example.com', 'api.example.com', at);
  expect(JSON.parse(body).version.links).toEqual([{ rel: 'self', href: 'https://api.example.com/v3/' }]);
});

it('notes each request in the access log, without its query', async () => {
  await fetch(`${server.running.gateway}${path}?token=s3cret`, { headers: { 'X-Request-Id': 'mine' } });
  await fetch(`${server.running.gateway}/nothing?token=s3cret`, { method: 'POST', body: 'x' });
  const log = join(server.dataDir, 'access-log');
  const lines = async (): Promise<Record<string, unknown>[]> => {
    server.clock.advance(500);
    const [file = ''] = readdirSync(log);
    const text = file === '' ? '' : readFileSync(join(log, file), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  };
  await expect.poll(async () => (await lines()).filter(({ tls }) => tls === undefined)).toHaveLength(3);
  const all = await lines();
  expect(JSON.stringify(all)).not.toContain('s3cret');
  const api = { method: 'GET', path, api: expect.any(String), function: 'default/hello', project: server.projectId };
  expect(all.filter(({ tls }) => tls).map(({ status }) => status)).toEqual([200, 200, 421, 421, 421, 421]);
  expect(all[0]).toMatchObject({ ...api, host: `API.example.com:${port}`, client: '127.0.0.1', status: 200 });
  expect(all.at(-2)).toMatchObject({
    ...{ ...api, status: 200, bytes: expect.any(Number), ms: expect.any(Number) },
    time: expect.stringMatching(/^2026-01-01T/),
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(Number(all.at(-2)?.bytes)).toBeGreaterThan(300);
  expect(all.at(-1)).toMatchObject({ method: 'POST', path: '/nothing', status: 404 });
  expect(all.at(-1)).not.toHaveProperty('function');
});

it('takes a new pair within seconds, keeps the old one while the new is broken, and forgets removed ones', async () => {
  const before = (await handshake('api.example.com')).fingerprint;
  const look = (pattern: RegExp) =>
    expect
      .poll(() => {
        server.clock.advance(5000);
        return logged.join('');
      })
      .toMatch(pattern);
  writeFileSync(join(dir, 'api.example.com.crt'), readFileSync(join(dir, '*.example.com.crt')));
  await look(/"name":"api.example.com","reason":"the key belongs to another certificate".*the one before it stays/);
  expect((await handshake('api.example.com')).fingerprint).toBe(before);
  issue('api.example.com', 'other.example.com');
  await look(/"reason":"the certificate is not for api.example.com"/);
  expect((await handshake('api.example.com')).fingerprint).toBe(before);
  issue('api.example.com');
  await expect
    .poll(async () => {
      server.clock.advance(5000);
      return (await handshake('api.example.com')).fingerprint;
    })
    .not.toBe(before);
  rmSync(join(dir, 'api.example.com.key'));
  await look(/"name":"api.example.com","reason":"ENOENT/);
  expect((await handshake('api.example.com')).subject).toBe('api.example.com');
  rmSync(join(dir, 'api.example.com.crt'));
  await look(/"name":"api.example.com".*certificate removed/);
  expect((await handshake('api.example.com')).subject).toBe('*.example.com');
});

const portOf = (text: string): number =>
  Number(new RegExp(`"port":(\\d+).*${text} with TLS`).exec(logged.join(''))?.[1]);

it('the API and buckets have TLS with the same certificates, on ports of their own', async () => {
  const health = await get('api.example.com', 'api.example.com', {
    port: portOf('the API listens'),
    path: '/v1/health',
  });
  expect(health.status).toBe(200);
  const buckets = await get('s3.example.com', 's3.example.com', { port: portOf('buckets are served'), path: '/' });
  expect(buckets.status).toBe(403);
  expect(buckets.body).toContain('<Code>AccessDenied</Code>');
});

it('monitoring sees when the certificates in use end', async () => {
  const [{ validTo }, answer] = await Promise.all([
    new X509Certificate(readFileSync(join(dir, '*.example.com.crt'))),
    fetch(`${server.running.endpoint}/metrics`),
  ]);
  const end = Date.parse(validTo) / 1000;
  expect(await answer.text()).toContain(`funcgraph_tls_certificate_end_seconds{name="*.example.com"} ${end}\n`);
});

it('the API with TLS refuses a request without a signature as ever, and a name without a certificate in the handshake', async () => {
  const at = { port: portOf('the API listens'), path: '/v1/ready' };
  await expect(get('other.test', 'other.test', at)).rejects.toThrow();
  expect((await get('api.example.com', 'api.example.com', { ...at, path: '/v2/p/fgs/functions' })).status).toBe(401);
});
