import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Context } from '../framework/index.ts';
import { parseMessage, type ReadyMessage } from './messages.ts';
import { type ServerOptions, spawnServer } from './spawn-server.ts';
import { startSummary } from './summary.ts';

const READY: ReadyMessage = {
  event: 'ready',
  pid: 1,
  user: 'funcgraph',
  endpoint: 'http://127.0.0.1:1',
  gateway: 'http://127.0.0.1:2',
  storage: 'http://127.0.0.1:3',
  dataDir: '/d',
  credentialsFile: '/d/credentials.json',
  sandbox: { driver: 'bubblewrap', degraded: [] },
};

let dir: string;
let errors: string;
let interruption: AbortController;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fgs-server-'));
  errors = '';
  interruption = new AbortController();
});
afterEach(() => rm(dir, { recursive: true }));

async function spawnScript(script: string, change: Partial<ServerOptions> = {}) {
  const main = join(dir, 'main.mjs');
  await writeFile(main, script);
  const stderr = {
    isTTY: false,
    write: async (data: string | Uint8Array): Promise<void> => {
      errors += Buffer.from(data).toString('utf8');
    },
  };
  const context = {
    stderr,
    env: { PATH: '/usr/bin:/bin' },
    cwd: dir,
    signal: interruption.signal,
  } as unknown as Context;
  return spawnServer({ args: [], showLog: false, main, ...change }, context);
}

const SERVE = `process.on('SIGTERM', () => process.exit(Number(process.env.NEVER ?? 0)));
setInterval(() => {}, 1000);
process.send({ ...${JSON.stringify(READY)}, dataDir: process.argv.slice(2).join(' ') });`;

test('waits for the server, hands it the flags and stops it when interrupted', async () => {
  const server = await spawnScript(SERVE, { args: ['--port', '0', '--sandbox', 'bubblewrap'] });
  expect(server.ready.dataDir).toBe('--port 0 --sandbox bubblewrap');
  interruption.abort();
  expect(await server.exited).toBe(0);
});

test('names the server that it waits for', async () => {
  const script = `process.send({ event: 'waiting', pid: 7, dataDir: '/d' });\n${SERVE}`;
  const server = await spawnScript(script);
  server.stop();
  await server.exited;
  expect(errors).toBe('Waiting for the server with pid 7, which uses /d and is stopping\n');
});

test('stops it on demand', async () => {
  const server = await spawnScript(SERVE);
  server.stop();
  expect(await server.exited).toBe(0);
});

test('reports the code, the message and the hint of a server that cannot start', async () => {
  const script = `process.send({ event: 'failed', code: 'port_in_use', message: 'port 1 is taken', hint: 'use another' }, () => process.exit(1));`;
  await expect(spawnScript(script)).rejects.toMatchObject({
    code: 'port_in_use',
    message: 'port 1 is taken',
    hint: 'use another',
    exitCode: 1,
  });
});

test('distinguishes a wrong configuration from a server that cannot start', async () => {
  const script = `process.send({ event: 'failed', code: 'CONFIG', message: 'no such key' }, () => process.exit(2));`;
  await expect(spawnScript(script)).rejects.toMatchObject({ message: 'no such key', exitCode: 2 });
});

test.each([
  ['a port in use', 'EADDRINUSE', '--port'],
  ['a port of root', 'EACCES', '--port'],
  ['an address of another machine', 'EADDRNOTAVAIL', '--host'],
  ['a host name without address', 'ENOTFOUND', '--host'],
  ['a host name that nothing can look up', 'EAI_AGAIN', '--host'],
])('hints at a remedy for %s', async (_, code, flag) => {
  const script = `process.send({ event: 'failed', code: '${code}', message: 'no' }, () => process.exit(1));`;
  await expect(spawnScript(script)).rejects.toMatchObject({ hint: expect.stringContaining(flag) });
});

test('shows the end of the log when the server just dies', async () => {
  await expect(spawnScript(`console.error('the reason'); process.exit(3);`)).rejects.toThrow(
    /exit code 3.*the reason/s,
  );
});

test('passes the log on when it should be seen', async () => {
  const server = await spawnScript(`console.error('a line');${SERVE}`, { showLog: true });
  server.stop();
  await server.exited;
  expect(errors).toContain('a line');
});

test('reports a server that dies while it serves', async () => {
  const server = await spawnScript(`${SERVE} setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1);`);
  expect(await server.exited).toBe(1);
  expect(errors).toContain('SIGKILL');
});

test('stops waiting when it is interrupted before the server is up', async () => {
  interruption.abort();
  await expect(spawnScript('setInterval(() => {}, 1000);')).rejects.toMatchObject({ exitCode: 130 });
});

test('ignores messages outside the contract', () => {
  for (const value of [null, 1, 'ready', {}, { event: 'ready' }, { event: 'other', sandbox: {} }])
    expect(parseMessage(value)).toBeUndefined();
  expect(parseMessage({ event: 'ready', sandbox: { driver: 1, degraded: ['a', 2] } })).toMatchObject({
    endpoint: '',
    sandbox: { driver: '', degraded: ['a'] },
  });
});

test('warns loudly when there is no isolation, and lists the limits that are not enforced', () => {
  expect(startSummary(READY)).not.toMatch(/NO ISOLATION|Not enforced/);
  const weak = startSummary({ ...READY, sandbox: { driver: 'process', degraded: ['memory limit'] } });
  expect(weak).toContain('NO ISOLATION');
  expect(weak).toContain('- memory limit');
});
