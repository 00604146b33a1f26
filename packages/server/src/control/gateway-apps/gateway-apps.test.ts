import { afterEach, beforeEach, expect, it } from 'vitest';
import { Sealer } from '../../lib/sealer.ts';
import { refusal } from '../../lib/testing.ts';
import { ChangeFeed } from '../../storage/index.ts';
import { TRIGGERS } from '../../triggers/index.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import type { ApiSettings } from './api-settings.ts';
import { GatewayAppStore } from './gateway-app-store.ts';
import { GatewayApps } from './gateway-apps.ts';

const API: ApiSettings = {
  kind: 'APIG',
  name: 'api',
  visibility: 1,
  path: '/x',
  protocol: 'HTTP',
  method: 'ANY',
  groupId: 'DEFAULT',
  groupName: 'DEFAULT',
  matchMode: 'SWA',
  envName: 'RELEASE',
  envId: 'RELEASE',
  auth: 'APP',
  timeoutMs: 1000,
  async: false,
  instanceId: undefined,
};
const HELLO = { projectId: 'p1', package: 'default', name: 'hello' };
const sealer = new Sealer(Buffer.alloc(32, 7));

let control: TestControl;
let apps: GatewayApps;
let triggerId: string;

async function open(of: Pick<TestControl, 'catalog'>): Promise<GatewayApps> {
  const { storage, clock } = control;
  const feed = new ChangeFeed(storage.db);
  const opened = new GatewayApps({ store: new GatewayAppStore(storage.db), feed, catalog: of.catalog, sealer, clock });
  await opened.start();
  return opened;
}

beforeEach(async () => {
  control = await openTestControl({ triggers: TRIGGERS });
  const body = { runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 };
  await control.functions.create('p1', { ...body, name: 'hello' });
  triggerId = (await control.triggers.create(HELLO, 'latest', { active: true, settings: API })).id;
  apps = await open(control);
});
afterEach(() => control.close());

it('keeps apps with their bindings over a restart, and their secrets sealed', async () => {
  const { app, secrets } = await apps.create('p1', { name: 'partner' });
  await apps.bind('p1', app.id, triggerId);
  const rows = await control.storage.db.selectFrom('gateway_app').selectAll().execute();
  expect(rows).toHaveLength(1);
  for (const secret of Object.values(secrets)) expect(JSON.stringify(rows)).not.toContain(secret);

  const after = await open(await control.restart());
  const calling = after.byCode(secrets.code);
  expect(calling?.app).toEqual(app);
  expect(after.byKey(app.appKey)).toBe(calling);
  expect([...(calling?.triggers ?? [])]).toEqual([triggerId]);
  expect(calling?.key.sign('text')).toEqual(apps.byKey(app.appKey)?.key.sign('text'));
});

it('removes old secrets and deleted apps also from the disk', async () => {
  const one = await apps.create('p1', { name: 'one' });
  const two = await apps.create('p1', { name: 'two' });
  const renewed = await apps.renew('p1', one.app.id);
  await apps.delete('p1', two.app.id);
  for (const now of [apps, await open(await control.restart())]) {
    expect(now.byCode(one.secrets.code)).toBeUndefined();
    expect(now.byCode(two.secrets.code)).toBeUndefined();
    expect(now.byCode(renewed.secrets.code)?.app.name).toBe('one');
    expect(now.list('p1').map(({ name }) => name)).toEqual(['one']);
  }
});

it('keeps projects apart', async () => {
  const { app } = await apps.create('p1', { name: 'partner' });
  const other = await apps.create('p2', { name: 'partner' });
  expect(apps.list('p2')).toEqual([other.app]);
  expect(await refusal(apps.renew('p2', app.id))).toBe('not_found');
  expect(await refusal(apps.delete('p2', app.id))).toBe('not_found');
  expect(await refusal(apps.bind('p2', other.app.id, triggerId))).toBe('trigger_not_found');
});

it('ends a binding with its trigger, also on the disk', async () => {
  const { app } = await apps.create('p1', { name: 'partner' });
  await apps.bind('p1', app.id, triggerId);
  await apps.bind('p1', app.id, triggerId);
  await control.triggers.deleteAll(HELLO, 'latest');
  expect(apps.show('p1', app.id).triggers).toEqual([]);
  expect(await control.storage.db.selectFrom('gateway_app_trigger').selectAll().execute()).toEqual([]);
});

it('refuses one more than a project may have', async () => {
  for (let n = 0; n < 50; n += 1) await apps.create('p1', { name: `app-${n}` });
  expect(await refusal(apps.create('p1', { name: 'more' }))).toBe('gateway_app_quota');
  await apps.create('p2', { name: 'more' });
});
