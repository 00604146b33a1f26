import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { ChangeFeed, type Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { GatewayApiStore } from './api-store.ts';
import { GatewayApis } from './gateway-apis.ts';
import { GatewayGroups } from './gateway-groups.ts';
import { GatewayStages } from './gateway-stages.ts';
import { GatewayGroupStore } from './group-store.ts';
import { LiveGateway } from './live-gateway.ts';
import { GatewayReleaseStore } from './release-store.ts';
import { qualifierIn } from './stage-rules.ts';
import { GatewayStageStore } from './stage-store.ts';
import type { Api, ApiDefinition, Group } from './types.ts';

let storage: Storage;
let feed: ChangeFeed;
let live: LiveGateway;
let groups: GatewayGroups;
let stages: GatewayStages;
let apis: GatewayApis;
let group: Group;

/** As another server, or this one after a restart. */
async function openLive(): Promise<LiveGateway> {
  const opened = new LiveGateway({
    feed,
    groups: new GatewayGroupStore(storage.db),
    releases: new GatewayReleaseStore(storage.db),
    domain: undefined,
  });
  await opened.start();
  return opened;
}

beforeEach(async () => {
  storage = await openTestStorage();
  feed = new ChangeFeed(storage.db);
  live = await openLive();
  const clock = new ManualClock();
  const reserved = { names: new Set<string>(), domains: [], hasGateway: false };
  groups = new GatewayGroups({ store: new GatewayGroupStore(storage.db), live, reserved, clock });
  const stores = { store: new GatewayApiStore(storage.db), releases: new GatewayReleaseStore(storage.db) };
  apis = new GatewayApis({ ...stores, live, clock });
  stages = new GatewayStages({ store: new GatewayStageStore(storage.db), live });
  group = await groups.create('p1', { name: 'shop', description: '' });
});
afterEach(async () => {
  feed.stop();
  await storage.close();
});

const definition = (change: Partial<ApiDefinition> = {}): ApiDefinition => ({
  name: 'orders',
  method: 'GET',
  path: '/orders',
  below: false,
  auth: 'NONE',
  backend: { functionId: 'f1', package: 'default', name: 'hello', qualifier: 'latest' },
  timeoutMs: 5000,
  async: false,
  ...change,
});

const publish = (api: Api, stage = 'RELEASE') =>
  apis.publish(group, api, { stage, definition: api.definition, description: '', publishedBy: 'ann' });

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PlatformError) return error.code;
    throw error;
  }
  return 'no error';
}

/** Paths of live releases in the order of their numbers. */
const pathsOf = (api: Api, from = live) =>
  from.releases(api.id).map((release) => [release.number, release.definition.path]);

it('has in memory what is published, also after a restart, and nothing of what was removed', async () => {
  const seen: string[] = [];
  live.followReleases((after, before) => seen.push(`${before?.number ?? '-'}>${after?.number ?? '-'}`));
  const api = await apis.create(group, definition());
  await publish(api);
  const changed = await apis.update(group, api, definition({ path: '/other' }));
  await publish(changed);
  expect(pathsOf(api)).toEqual([[2, '/other']]);
  expect(seen.toSorted()).toEqual(['->1', '->2', '1>-']);
  await groups.addHost(group, 'api.example.com');
  const other = await openLive();
  expect(pathsOf(api, other)).toEqual([[2, '/other']]);
  expect(other.groupOf('api.example.com')?.id).toBe(group.id);
  await groups.delete(group);
  for (const each of [live, other]) {
    expect(each.groupOf('api.example.com')).toBeUndefined();
    expect(pathsOf(api, each)).toEqual([]);
  }
  for (const table of ['gateway_host', 'gateway_api', 'gateway_release'] as const) {
    expect(await storage.db.selectFrom(table).selectAll().execute()).toEqual([]);
  }
});

it('numbers releases of a group without doubles, however many are published at once', async () => {
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, n) => apis.create(group, definition({ name: `api${n}`, path: `/${n}` }))),
  );
  const releases = await Promise.all(made.map((api) => publish(api)));
  expect(releases.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

it('lets one of two APIs have a route of a stage, also when both are published at once', async () => {
  const one = await apis.create(group, definition());
  const two = await apis.create(group, definition({ name: 'two', path: '/ord%65rs' }));
  const results = await Promise.all([codeOf(publish(one)), codeOf(publish(two))]);
  expect(results.toSorted()).toEqual(['no error', 'request_path_taken']);
  const [loser, winner] = results[0] === 'no error' ? [two, one] : [one, two];
  await stages.put(group, { name: 'TEST', description: '', variables: {} });
  await publish(loser, 'TEST');
  await apis.unpublish(winner, 'RELEASE');
  await publish(loser);
  expect(live.releases(loser.id).map(({ stage }) => stage)).toEqual(['TEST', 'RELEASE']);
});

it('gives a host name to one of two groups that claim it at once', async () => {
  const other = await groups.create('p2', { name: 'rival', description: '' });
  const claims = [group, other].map((each) => codeOf(groups.addHost(each, 'api.example.com')));
  expect((await Promise.all(claims)).toSorted()).toEqual(['gateway_host_taken', 'no error']);
});

it('moves a host name from one group to another', async () => {
  const other = await groups.create('p1', { name: 'other', description: '' });
  await groups.addHost(group, 'api.example.com');
  await groups.removeHost(group, 'API.example.com');
  await groups.addHost(other, 'api.example.com');
  expect(live.groupOf('api.example.com')?.id).toBe(other.id);
  expect(await codeOf(groups.removeHost(group, 'api.example.com'))).toBe('not_found');
});

it('keeps the last twenty releases of an API', async () => {
  const api = await apis.create(group, definition());
  for (let n = 0; n < 22; n += 1) await publish(api);
  const history = await apis.history(api, 'RELEASE');
  expect(history.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, n) => 22 - n));
  expect(history.filter((release) => release.live).map(({ number }) => number)).toEqual([22]);
});

it('limits the memory of what a project publishes, and leaves the live release where it refuses', async () => {
  const api = await apis.create(group, definition());
  await publish(api);
  await storage.db
    .updateTable('gateway_release')
    .set({ bytes: 8 * 1024 * 1024 })
    .execute();
  const other = await apis.create(group, definition({ name: 'other', path: '/other' }));
  expect(await codeOf(publish(other))).toBe('gateway_quota');
  expect(pathsOf(api)).toEqual([[1, '/orders']]);
  // its own memory is free again
  expect((await publish(api)).live).toBe(true);
  await publish(other);
});

it('refuses one more group than a project may have', async () => {
  for (let n = 1; n < 50; n += 1) await groups.create('p1', { name: `group-${n}`, description: '' });
  expect(await codeOf(groups.create('p1', { name: 'more', description: '' }))).toBe('gateway_quota');
  expect(await codeOf(groups.create('p2', { name: 'shop', description: '' }))).toBe('no error');
  expect(await codeOf(groups.create('p2', { name: 'shop', description: '' }))).toBe('resource_exists');
});

it('renames a group, which its host names and APIs outlive, to a name that no other group of the project has', async () => {
  const api = await apis.create(group, definition());
  await groups.addHost(group, 'api.example.com');
  await publish(api);
  await groups.create('p1', { name: 'other', description: '' });
  const codes = [{ name: 'other' }, { name: 'a b' }, { description: 'x'.repeat(256) }, {}].map((change) =>
    codeOf(groups.update(group, change)),
  );
  expect(await Promise.all(codes)).toEqual(['resource_exists', ...Array(3).fill('invalid_request')]);
  expect(await groups.update(group, { description: 'carts' })).toMatchObject({ name: 'shop', description: 'carts' });
  await groups.update(group, { name: 'store' });
  for (const each of [live, await openLive()]) {
    expect(each.groupOf('api.example.com')).toMatchObject({ id: group.id, name: 'store', description: 'carts' });
    expect(pathsOf(api, each)).toEqual([[1, '/orders']]);
  }
  await groups.create('p1', { name: 'shop', description: '' });
});

it('refuses what belongs to a group that was deleted meanwhile', async () => {
  const api = await apis.create(group, definition());
  await groups.delete(group);
  expect(await codeOf(publish(api))).toBe('not_found');
  expect(await codeOf(groups.addHost(group, 'api.example.com'))).toBe('not_found');
  expect(await codeOf(groups.update(group, { name: 'store' }))).toBe('not_found');
  expect(await codeOf(apis.create(group, definition({ name: 'more' })))).toBe('not_found');
  expect(await codeOf(apis.update(group, api, definition()))).toBe('not_found');
});

it('has stages with variables in memory, also after a restart, and removes one with its history', async () => {
  const variables = { version: 'v2', live: 'blue' };
  await stages.put(group, { name: 'TEST', description: 'for us', variables });
  await stages.put(group, { name: 'RELEASE', description: '', variables: { version: 'v1' } });
  for (const each of [live, await openLive()]) {
    const found = each.group(group.id) as Group;
    expect(stages.list(found).map(({ name }) => name)).toEqual(['RELEASE', 'TEST']);
    expect(
      ['#version#', '!#live#', '#absent#', '#constructor#', 'latest'].map((text) => qualifierIn(found, 'TEST', text)),
    ).toEqual(['v2', '!blue', undefined, undefined, 'latest']);
    expect(qualifierIn(found, 'OTHER', '#version#')).toBeUndefined();
  }
  const api = await apis.create(group, definition());
  await publish(api, 'TEST');
  expect(await codeOf(stages.delete(group, 'TEST'))).toBe('resource_in_use');
  await apis.unpublish(api, 'TEST');
  await stages.delete(group, 'TEST');
  expect(await apis.history(api, 'TEST')).toEqual([]);
  expect(await codeOf(publish(api, 'TEST'))).toBe('not_found');
  expect(await codeOf(stages.delete(group, 'TEST'))).toBe('not_found');
  expect(await codeOf(stages.delete(group, 'RELEASE'))).toBe('invalid_request');
});

it.each([
  ['a name with a blank', { name: 'a b' }],
  ['a variable with a blank', { variables: { 'a b': '1' } }],
  ['a value that leads to another function', { variables: { version: 'x:y' } }],
  ['a value that is a variable', { variables: { version: '#x#' } }],
  ['too many variables', { variables: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`v${n}`, '1'])) }],
])('refuses a stage with %s', async (_what, change) => {
  const stage = { name: 'TEST', description: '', variables: {}, ...change };
  expect(await codeOf(stages.put(group, stage))).toBe('invalid_request');
});

it('refuses one more stage than a group may have', async () => {
  const stage = (n: number) => ({ name: `S${n}`, description: '', variables: {} });
  for (let n = 0; n < 10; n += 1) await stages.put(group, stage(n));
  expect(await codeOf(stages.put(group, stage(10)))).toBe('gateway_quota');
  expect(await codeOf(stages.put(group, stage(9)))).toBe('no error');
});

it('lets accounts besides the first add host names only when the gateway has a name of its own', () => {
  expect(() => groups.checkMayAddHosts(true)).not.toThrow();
  expect(() => groups.checkMayAddHosts(false)).toThrow(expect.objectContaining({ code: 'forbidden' }));
  const reserved = { names: new Set<string>(), domains: ['apis.example.net'], hasGateway: true };
  const open = new GatewayGroups({
    store: new GatewayGroupStore(storage.db),
    live,
    reserved,
    clock: new ManualClock(),
  });
  expect(() => open.checkMayAddHosts(false)).not.toThrow();
});
