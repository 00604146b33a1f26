import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeZip } from '../artifacts/testing.ts';
import type { ApiSettings, Trigger } from '../control/index.ts';
import { openTestControl, type TestControl } from '../control/testing.ts';
import { refusal } from '../lib/testing.ts';
import { TRIGGERS } from './kinds.ts';
import type { TimerSettings } from './timer/timer-settings.ts';

const P = 'p1';
const named = (name: string) => ({ projectId: P, package: 'default', name });
const HELLO = named('hello');
const TIMER = {
  kind: 'TIMER',
  name: 'tick',
  scheduleType: 'Rate',
  scheduleText: '5m',
  userEvent: 'five',
} as const;
const API: ApiSettings = {
  kind: 'APIG',
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
  async: false,
  instanceId: 'gw-1',
};

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl({ triggers: TRIGGERS });
  await create('hello');
});
afterEach(() => control.close());

async function create(name: string, runtime = 'Node.js20.15'): Promise<void> {
  const handler = runtime === 'http' ? 'bootstrap' : 'index.handler';
  const code = { type: 'zip', bytes: fakeZip([{ name: 'bootstrap', data: '#!/bin/sh' }]) };
  const fixed = { name, package: 'default', runtime, handler, timeoutSeconds: 10, memoryMb: 128 };
  await control.functions.create(P, { ...fixed, code });
}
const publish = (version: string) => control.versions.publish(HELLO, { version });
const add = (settings: TimerSettings | ApiSettings, qualifier = 'latest', fn = HELLO) =>
  control.triggers.create(fn, qualifier, { active: true, settings });
const ref = ({ fn, id, settings }: Trigger, qualifier?: string) => ({ name: fn, qualifier, kind: settings.kind, id });
const shown = (of: Pick<TestControl, 'catalog'> = control) =>
  [...of.catalog.allTriggers()].map((one) => `${one.settings.name} ${one.qualifier}`).sort();

describe('triggers', () => {
  it('are kept with their settings, also over a restart', async () => {
    await publish('v1');
    await control.aliases.create(HELLO, { name: 'live', version: 'v1' });
    const timer = await add(TIMER);
    control.clock.advance(1);
    const api = await add(API, '!live');
    expect(timer.settings).toMatchObject(TIMER);
    expect(api.settings).toEqual(API);
    const again = await control.restart();
    expect(await again.triggers.list(HELLO, undefined)).toEqual([timer, api]);
    expect(await control.triggers.list(HELLO, undefined)).toEqual([timer, api]);
    expect(await again.triggers.list(HELLO, '!live')).toMatchObject([{ id: api.id, active: true, qualifier: '!live' }]);
  });

  it.each<[string, Partial<Omit<TimerSettings, 'kind'>>]>([
    ['no name', { name: '' }],
    ['a name with a blank', { name: 'a b' }],
    ['a name that is too long', { name: 'a'.repeat(65) }],
    ['no schedule', { scheduleText: '' }],
    ['a rate out of bounds', { scheduleText: '61m' }],
    ['a cron expression as a rate', { scheduleText: '0 0 8 * * ?' }],
    ['a rate as a cron expression', { scheduleType: 'Cron' }],
    ['a day that never comes', { scheduleType: 'Cron', scheduleText: '0 0 0 31 2 ?' }],
    ['a user event that is too long', { userEvent: 'x'.repeat(16_385) }],
  ])('by time are refused with %s', async (_, change) => {
    expect(await refusal(add({ ...TIMER, ...change }))).toBe('invalid_timer_trigger');
    expect(shown()).toEqual([]);
  });

  it.each<[string, Partial<Omit<ApiSettings, 'kind'>>]>([
    ['no name', { name: '' }],
    ['a type of its own', { visibility: 3 }],
    ['no path', { path: '' }],
    ['a path that is none', { path: 'users' }],
    ['a group with a slash', { groupId: 'a/b' }],
    ['a timeout of 0', { timeoutMs: 0 }],
    ['a timeout over a minute', { timeoutMs: 60_001 }],
  ])('of the gateway are refused with %s', async (_, change) => {
    expect(await refusal(add({ ...API, ...change }))).toBe('invalid_apig_trigger');
    expect(shown()).toEqual([]);
  });

  it('need a function, version or alias', async () => {
    expect(await refusal(add(TIMER, 'latest', named('nope')))).toBe('function_not_found');
    expect(await refusal(add(TIMER, 'v9'))).toBe('version_not_found');
    expect(await refusal(add(TIMER, '!nope'))).toBe('alias_not_found');
    expect(await refusal(control.triggers.list(HELLO, '!nope'))).toBe('alias_not_found');
  });

  it('have names of their own on a version, and paths of their own in a project', async () => {
    await publish('v1');
    await create('other');
    await add(TIMER);
    expect(await refusal(add(TIMER))).toBe('timer_trigger_exists');
    expect(await refusal(add(TIMER, 'v1'))).toBe('fine');
    await add(API);
    expect(await refusal(add({ ...API, path: '/x' }))).toBe('apig_trigger_exists');
    const second = { ...API, name: 'second', path: '/users/{name}' };
    expect(await refusal(add(second, 'v1'))).toBe('request_path_taken');
    expect(await refusal(add({ ...second, kind: 'DEDICATEDGATEWAY' }, 'latest', named('other')))).toBe(
      'request_path_taken',
    );
    expect(await refusal(add({ ...second, method: 'POST' }))).toBe('fine');
    expect(await refusal(add({ ...second, groupId: 'g2' }, 'v1'))).toBe('fine');
    expect(await refusal(add({ ...second, envName: 'TEST', name: 'third' }))).toBe('fine');
    expect(await refusal(add({ ...second, matchMode: 'SWA', name: 'fourth' }))).toBe('fine');
  });

  it('are ten for a version, however many are made at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, n) => refusal(add({ ...TIMER, name: `t${n}` }))));
    expect(outcomes.filter((outcome) => outcome === 'fine')).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === 'trigger_quota')).toHaveLength(2);
    await publish('v1');
    expect(await refusal(add(TIMER, 'v1'))).toBe('fine');
  });

  it('of HTTP functions are those of one gateway, and wait for the answer', async () => {
    await create('web', 'http');
    const web = named('web');
    expect(await refusal(add(TIMER, 'latest', web))).toBe('invalid_trigger_type');
    const async = { ...API, timeoutMs: 1, async: true };
    expect(await refusal(add(async, 'latest', web))).toBe('invalid_apig_trigger');
    expect(await refusal(add(API, 'latest', web))).toBe('fine');
    const second = { ...API, name: 'second', path: '/second' };
    expect(await refusal(add({ ...second, instanceId: 'gw-2' }, 'latest', web))).toBe('invalid_apig_trigger');
    expect(await refusal(add({ ...second, kind: 'DEDICATEDGATEWAY' }, 'latest', web))).toBe('invalid_apig_trigger');
    expect(await refusal(add(second, 'latest', web))).toBe('fine');
  });

  it('are switched off and changed, each without the other', async () => {
    const timer = await add(TIMER);
    control.clock.advance(90_500);
    const off = await control.triggers.update(ref(timer), { active: false });
    expect(off).toMatchObject({ active: false, since: timer.since, modifiedAt: timer.createdAt + 90_500 });
    const settings = { ...TIMER, scheduleType: 'Cron', scheduleText: '0 0 8 * * ?' } as const;
    const changed = await control.triggers.update(ref(timer, 'latest'), { active: true, settings: () => settings });
    expect(changed.settings).toMatchObject(settings);
    expect(changed.since).toBe(timer.since + 90_000);
    const [kept] = await (await control.restart()).triggers.list(HELLO, undefined);
    expect(kept).toEqual(changed);
  });

  it('are not changed to settings that could not be created', async () => {
    const timer = await add(TIMER);
    await add({ ...TIMER, name: 'second' });
    const api = await add(API);
    await add({ ...API, name: 'other', path: '/other' });
    const change = (trigger: Trigger, settings: TimerSettings | ApiSettings) =>
      refusal(control.triggers.update(ref(trigger), { settings: () => settings }));
    expect(await change(timer, { ...TIMER, name: 'second' })).toBe('timer_trigger_exists');
    expect(await change(timer, { ...TIMER, scheduleText: '0m' })).toBe('invalid_timer_trigger');
    expect(await change(api, { ...API, path: '/other' })).toBe('request_path_taken');
    expect(await change(api, { ...API, groupId: 'a b' })).toBe('invalid_apig_trigger');
    expect(await refusal(control.triggers.update(ref(api), { active: false }))).toBe('invalid_apig_trigger');
    expect(await control.triggers.show(ref(timer))).toEqual(timer);
    expect(await control.triggers.show(ref(api))).toEqual(api);
  });

  it('are found under their function, version and kind only', async () => {
    await publish('v1');
    await create('other');
    const timer = await add(TIMER, 'v1');
    const show = (change: object) => refusal(control.triggers.show({ ...ref(timer), ...change }));
    expect(await show({ qualifier: 'v1' })).toBe('fine');
    expect(await show({})).toBe('fine');
    expect(await show({ qualifier: 'latest' })).toBe('trigger_not_found');
    expect(await show({ kind: 'APIG' })).toBe('trigger_not_found');
    expect(await show({ name: named('other') })).toBe('trigger_not_found');
    expect(await show({ id: 'x' })).toBe('trigger_not_found');
    expect(await refusal(control.triggers.delete({ ...ref(timer), qualifier: 'latest' }))).toBe('trigger_not_found');
  });

  it('are deleted one by one, of a version or alias, or of the function', async () => {
    await publish('v1');
    await control.aliases.create(HELLO, { name: 'live', version: 'v1' });
    const one = await add(TIMER);
    for (const qualifier of ['v1', '!live']) await add(TIMER, qualifier);
    await control.triggers.delete(ref(one));
    expect(shown()).toEqual(['tick !live', 'tick v1']);
    await control.triggers.deleteAll(HELLO, 'v1');
    expect(shown()).toEqual(['tick !live']);
    await add(TIMER);
    await control.triggers.deleteAll(HELLO, 'latest');
    expect(shown()).toEqual([]);
    expect(shown(await control.restart())).toEqual([]);
  });

  it('hold their alias, and go with their version and function, also from the disk', async () => {
    await publish('v1');
    await control.functions.updateConfig(HELLO, { description: 'two', timeoutSeconds: 11, memoryMb: 128 });
    await publish('v2');
    await control.aliases.create(HELLO, { name: 'one', version: 'v1' });
    await control.aliases.create(HELLO, { name: 'two', version: 'v2' });
    for (const qualifier of ['!one', '!two', 'v1', 'latest']) await add(TIMER, qualifier);
    await control.versions.delete(HELLO, 'v1');
    expect(shown()).toEqual(['tick !two', 'tick latest']);
    expect(await refusal(control.aliases.delete(HELLO, 'two'))).toBe('alias_has_triggers');
    expect(shown()).toEqual(['tick !two', 'tick latest']);
    await control.triggers.deleteAll(HELLO, '!two');
    await control.aliases.delete(HELLO, 'two');
    expect(shown()).toEqual(['tick latest']);
    expect(shown(await control.restart())).toEqual(['tick latest']);
    await control.functions.delete(HELLO);
    expect(shown()).toEqual([]);
    expect(shown(await control.restart())).toEqual([]);
  });
});
