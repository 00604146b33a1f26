import { expect, it } from 'vitest';
import { openTestStorage } from '../testing.ts';
import { triggerSettings0028 } from './0028-trigger-settings.ts';

const TIMER = { name: 'tick', schedule_type: 'Rate', schedule: '5m', user_event: 'five' };
const API = {
  name: 'API_users',
  type: 1,
  path: '/users/{id}',
  protocol: 'HTTPS',
  req_method: 'GET',
  group_id: 'g1',
  group_name: 'people',
  match_mode: 'NORMAL',
  env_name: 'RELEASE',
  env_id: 'e1',
  auth: 'NONE',
  backend_type: 'FUNCTION',
  func_info: { timeout: 5000, invocation_type: 'async' },
};

it('renames the stored settings of timers and of the gateway', async () => {
  const storage = await openTestStorage();
  const { db } = storage;
  try {
    const fn = { id: 'f', project_id: 'p', package: 'default', name: 'f', runtime: 'Node.js20.15', collected: 0 };
    await db
      .insertInto('function')
      .values({ ...fn, created_at: 1 })
      .execute();
    for (const [kind, data] of [
      ['TIMER', TIMER],
      ['APIG', API],
    ] as const) {
      const row = { id: kind, function_id: 'f', qualifier: 'latest', kind, name: data.name, active: 1, since: 0 };
      await db
        .insertInto('function_trigger')
        .values({ ...row, settings: JSON.stringify(data), created_at: 1, modified_at: 1 })
        .execute();
    }
    await triggerSettings0028.up(db);
    const rows = await db.selectFrom('function_trigger').select('settings').orderBy('kind').execute();
    expect(rows.map(({ settings }) => JSON.parse(settings))).toEqual([
      {
        name: 'API_users',
        visibility: 1,
        path: '/users/{id}',
        protocol: 'HTTPS',
        method: 'GET',
        groupId: 'g1',
        groupName: 'people',
        matchMode: 'NORMAL',
        envName: 'RELEASE',
        envId: 'e1',
        auth: 'NONE',
        timeoutMs: 5000,
        async: true,
      },
      { name: 'tick', scheduleType: 'Rate', scheduleText: '5m', userEvent: 'five' },
    ]);
  } finally {
    await storage.close();
  }
});
