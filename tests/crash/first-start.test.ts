import { rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { ApiError, createClient } from '@funcgraph/api';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { openStorage } from '../../packages/server/src/storage/index.ts';
import { runCli, startReport } from '../server.ts';
import { FIRST_MOMENTS, NewDataDir } from './first-start.ts';

let dataDir: NewDataDir;
beforeEach(() => {
  dataDir = new NewDataDir(inject('preparedRuntimes'));
});
afterEach(() => dataDir[Symbol.dispose]());

it.each(FIRST_MOMENTS)(
  'a first start killed at %s leaves a data directory that starts and can be entered',
  async (moment) => {
    // one of them looks for the interpreters of the machine itself
    using empty = new NewDataDir();
    const first = typeof moment === 'number' ? empty : dataDir;
    await first.killStartAt(moment);
    expect(await first.enter()).toBe(200);
  },
);

it('the owner of a data directory gets into it again, while no server runs', async () => {
  expect(await dataDir.enter()).toBe(200);
  rmSync(join(dataDir.path, 'credentials.json'));
  const { child, exited } = dataDir.spawn();
  try {
    await startReport(child);
    const refused = await runCli(['credentials', 'reset', '--data-dir', dataDir.path], {});
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/in use by another server .*\n.*Stop that server first/s);
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
  const reset = await runCli(['credentials', 'reset', '--data-dir', dataDir.path], {});
  expect(reset.stderr).toBe('');
  expect(reset.exitCode).toBe(0);
  expect(await dataDir.enter()).toBe(200);
});

/** Resolves at the n-th change of the database's log from now on. */
function databaseChanged(n: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    const watcher = watch(join(dataDir.path, 'funcgraph.db-wal'), () => {
      seen += 1;
      if (seen < n) return;
      watcher.close();
      resolve();
    });
  });
}

/** How many rows of each kind an account has. */
async function rowsOf(name: string): Promise<Record<string, number>> {
  const { db, close } = await openStorage({ file: join(dataDir.path, 'funcgraph.db') });
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

it('a kill while an account is made leaves all of it or nothing, and its name can be used', async () => {
  const name = 'guest';
  let server = await dataDir.operate();
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
    // answered changes are kept
    if (answered !== undefined) expect(isThere).toBe(true);

    server = await dataDir.operate();
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
