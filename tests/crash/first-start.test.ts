import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type Client, createClient } from '@funcgraph/api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStorage } from '../../packages/server/src/storage/index.ts';
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

interface Operator {
  readonly api: Client;
  readonly endpoint: string;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

/** A server and a client of its first account. */
async function operate(): Promise<Operator> {
  const { child, exited, log } = spawnServer();
  const message = await Promise.race([once(child, 'message'), exited]);
  expect(message[0], log()).toMatchObject({ event: 'ready' });
  const { endpoint, ...key } = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as Credentials;
  const auth = { kind: 'key', accessKey: key.access_key, secretKey: key.secret_key } as const;
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return { api: createClient({ endpoint, auth }), endpoint, kill };
}

/** Resolves at the n-th change of the database's log from now on. */
function databaseChanged(n: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    const watcher = watch(join(dataDir, 'funcgraph.db-wal'), () => {
      seen += 1;
      if (seen < n) return;
      watcher.close();
      resolve();
    });
  });
}

/** How many rows of each kind an account has. */
async function rowsOf(name: string): Promise<Record<string, number>> {
  const { db, close } = await openStorage({ file: join(dataDir, 'funcgraph.db') });
  try {
    const own = db.selectFrom('domain').where('name', '=', name).select('id');
    const users = db.selectFrom('iam_user').where('domain_id', 'in', own).select('id');
    const groups = db.selectFrom('iam_group').where('domain_id', 'in', own).select('id');
    const count = async (query: { execute(): Promise<readonly unknown[]> }): Promise<number> =>
      (await query.execute()).length;
    return {
      domains: await count(own),
      projects: await count(db.selectFrom('project').where('domain_id', 'in', own).select('id')),
      users: await count(users),
      keys: await count(db.selectFrom('iam_access_key').where('user_id', 'in', users).select('access_key')),
      groups: await count(groups),
      members: await count(db.selectFrom('iam_group_member').where('group_id', 'in', groups).select('user_id')),
      grants: await count(db.selectFrom('iam_grant').where('principal_id', 'in', groups).select('policy_id')),
    };
  } finally {
    await close();
  }
}

const WHOLE = { domains: 1, projects: 1, users: 1, keys: 1, groups: 1, members: 1, grants: 2 };

it('a kill while an account is made leaves all of it or nothing, and its name can be used', {
  timeout: 240_000,
}, async () => {
  const name = 'guest';
  let server = await operate();
  for (const moment of ['sent', 1, 2, 'answered'] as const) {
    const changed = typeof moment === 'number' ? databaseChanged(moment) : undefined;
    const answer = server.api.call('createAccount', { body: { name } }).catch(() => undefined);
    if (moment === 'answered') await answer;
    else await (changed ?? new Promise(setImmediate));
    await server.kill('SIGKILL');
    const answered = await answer;
    const rows = await rowsOf(name);
    const isThere = rows.domains === 1;
    expect([moment, rows]).toEqual([
      moment,
      Object.fromEntries(Object.entries(WHOLE).map(([k, n]) => [k, isThere ? n : 0])),
    ]);
    // what was answered is kept
    if (answered !== undefined) expect(isThere).toBe(true);

    server = await operate();
    const { domains } = (await server.api.call('listAccounts')).data;
    const left = domains.find((domain) => domain.name === name);
    expect(left !== undefined).toBe(isThere);
    if (left !== undefined) {
      const retried = await server.api.call('createAccount', { body: { name } }).catch((error: unknown) => error);
      expect(retried instanceof ApiError && retried.status).toBe(409);
      await server.api.call('deleteAccount', { params: { domain_id: left.id } });
    }
    const { data } = await server.api.call('createAccount', { body: { name } });
    const auth = { kind: 'key', accessKey: data.access_key, secretKey: data.secret_key } as const;
    const guest = createClient({ endpoint: server.endpoint, auth });
    expect((await guest.call('listUsers', {})).data.users).toHaveLength(1);
    await server.api.call('deleteAccount', { params: { domain_id: data.domain_id } });
  }
  await server.kill('SIGTERM');
});
