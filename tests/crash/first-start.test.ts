import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@funcgraph/api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Credentials, FROM_SOURCE, ROOT, runCli } from '../server.ts';

const SERVER = join(ROOT, 'packages/server/src/main.ts');

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-first-'));
  dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o711 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function spawnServer() {
  const flags = ['--data-dir', dataDir, '--port', '0', '--gateway-port', '0', '--log-level', 'warn'];
  const args = [...flags, '--sandbox', 'process', '--root-without-isolation', 'allow'];
  const child = fork(SERVER, args, {
    cwd: ROOT,
    execArgv: [...FROM_SOURCE],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  return { child, exited: once(child, 'exit'), log: () => log };
}

/** Kills a first start when its data directory has changed so many times, or when the file appears. Returns what was there. */
async function killAt(moment: number | string): Promise<boolean> {
  const { child, exited } = spawnServer();
  let changes = 0;
  let wasReady = false;
  const watcher = watch(dataDir, (_kind, name) => {
    changes += 1;
    if (typeof moment === 'string' ? name === moment && existsSync(join(dataDir, moment)) : changes >= moment) {
      child.kill('SIGKILL');
    }
  });
  child.once('message', () => {
    wasReady = true;
    child.kill('SIGKILL');
  });
  await exited;
  watcher.close();
  return wasReady;
}

/** Starts again and enters with the credentials of the directory. */
async function enter(): Promise<number> {
  const { child, exited, log } = spawnServer();
  try {
    const message = await Promise.race([once(child, 'message'), exited]);
    expect(message[0], log()).toMatchObject({ event: 'ready' });
    const credentials = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as Credentials;
    const auth = { kind: 'key', accessKey: credentials.access_key, secretKey: credentials.secret_key } as const;
    return (await createClient({ endpoint: credentials.endpoint, auth }).call('showDoctor', {})).status;
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

// every file of the first two seconds in the order of its making, and moments in between
const MOMENTS = [
  'server.lock',
  'master.key.new',
  'funcgraph.db',
  'funcgraph.db-wal',
  'credentials.json.new',
  'credentials.json',
  24,
];

it.each(MOMENTS)(
  'a first start killed at %s leaves a data directory that starts and can be entered',
  {
    timeout: 120_000,
  },
  async (moment) => {
    await killAt(moment);
    expect(await enter()).toBe(200);
  },
);

it('the owner of a data directory gets into it again, while no server runs', { timeout: 180_000 }, async () => {
  expect(await enter()).toBe(200);
  rmSync(join(dataDir, 'credentials.json'));
  const { child, exited } = spawnServer();
  try {
    await once(child, 'message');
    const refused = await runCli(['credentials', 'reset', '--data-dir', dataDir], {});
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/in use by another server .*\n.*Stop that server first/s);
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
  const reset = await runCli(['credentials', 'reset', '--data-dir', dataDir], {});
  expect(reset.stderr).toBe('');
  expect(reset.exitCode).toBe(0);
  expect(await enter()).toBe(200);
});
