import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeZip } from '../../artifacts/testing.ts';
import type { PlatformError } from '../../lib/platform-error.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import { eventData } from './event-data.ts';
import type { Trigger } from './types.ts';

const P = 'p1';
const named = (name: string) => ({ projectId: P, package: 'default', name });
const HELLO = named('hello');
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
  func_info: { timeout: 5000, invocation_type: 'sync' },
  instance_id: 'gw-1',
};

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl();
  await create('hello');
});
afterEach(() => control.close());

async function create(name: string, runtime = 'Node.js20.15'): Promise<void> {
  const handler = runtime === 'http' ? 'bootstrap' : 'index.handler';
  const func_code = { file: fakeZip([{ name: 'bootstrap', data: '#!/bin/sh' }]).toString('base64') };
  const fixed = { func_name: name, package: 'default', runtime, handler, timeout: 10, memory_size: 128 };
  await control.functions.create(P, { ...fixed, code_type: 'zip', func_code });
}
const publish = (version: string) => control.versions.publish(HELLO, { version });
const add = (kind: string, data: object, qualifier = 'latest', fn = HELLO) =>
  control.triggers.create(fn, qualifier, { kind, active: true, data: { ...data } });
const ref = ({ fn, id, settings }: Trigger, qualifier?: string) => ({ name: fn, qualifier, kind: settings.kind, id });
const shown = (of: Pick<TestControl, 'catalog'> = control) =>
  [...of.catalog.allTriggers()].map((one) => `${one.settings.name} ${one.qualifier}`).sort();

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'fine',
    (error: PlatformError) => error.code,
  );
}

describe('triggers', () => {
  it('are kept with their settings, also over a restart', async () => {
    await publish('v1');
    await control.aliases.create(HELLO, { name: 'live', version: 'v1' });
    const timer = await add('TIMER', TIMER);
    control.clock.advance(1);
    const api = await add('APIG', API, '!live');
    expect(eventData(timer.settings)).toEqual(TIMER);
    expect(eventData(api.settings)).toEqual(API);
    const again = await control.restart();
    expect(await again.triggers.list(HELLO, undefined)).toEqual([timer, api]);
    expect(await control.triggers.list(HELLO, undefined)).toEqual([timer, api]);
    expect(await again.triggers.list(HELLO, '!live')).toMatchObject([{ id: api.id, active: true, qualifier: '!live' }]);
  });

  it('of the gateway get defaults for omitted settings', async () => {
    const api = await add('DEDICATEDGATEWAY', { name: 'a', type: 1, path: '/', func_info: { timeout: '60000' } });
    expect(eventData(api.settings)).toMatchObject({
      protocol: 'HTTP',
      req_method: 'ANY',
      group_id: 'DEFAULT',
      match_mode: 'SWA',
      env_name: 'RELEASE',
      auth: 'IAM',
      func_info: { timeout: 60_000, invocation_type: 'sync' },
    });
  });

  it.each<[string, object, string]>([
    ['no name', { name: undefined }, 'invalid_timer_trigger'],
    ['a name with a blank', { name: 'a b' }, 'invalid_timer_trigger'],
    ['a name that is too long', { name: 'a'.repeat(65) }, 'invalid_timer_trigger'],
    ['no type of schedule', { schedule_type: null }, 'invalid_timer_trigger'],
    ['an unknown type of schedule', { schedule_type: 'rate' }, 'invalid_timer_trigger'],
    ['no schedule', { schedule: null }, 'invalid_timer_trigger'],
    ['a rate out of bounds', { schedule: '61m' }, 'invalid_timer_trigger'],
    ['a cron expression as a rate', { schedule: '0 0 8 * * ?' }, 'invalid_timer_trigger'],
    ['a rate as a cron expression', { schedule_type: 'Cron' }, 'invalid_timer_trigger'],
    ['a day that never comes', { schedule_type: 'Cron', schedule: '0 0 0 31 2 ?' }, 'invalid_timer_trigger'],
    ['a user event that is no text', { user_event: { a: 1 } }, 'invalid_timer_trigger'],
    ['a user event that is too long', { user_event: 'x'.repeat(16_385) }, 'invalid_timer_trigger'],
    ['a setting of another kind', { bucket: 'b' }, 'invalid_timer_trigger'],
  ])('by time are refused with %s', async (_, change, expected) => {
    expect(await refusal(add('TIMER', { ...TIMER, ...change }))).toBe(expected);
    expect(shown()).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['no name', { name: '' }, 'invalid_apig_trigger'],
    ['no type', { type: null }, 'invalid_apig_trigger'],
    ['a type of its own', { type: 3 }, 'invalid_apig_trigger'],
    ['no path', { path: null }, 'invalid_apig_trigger'],
    ['a path that is none', { path: 'users' }, 'invalid_apig_trigger'],
    ['an unknown protocol', { protocol: 'FTP' }, 'invalid_apig_trigger'],
    ['an unknown method', { req_method: 'get' }, 'invalid_apig_trigger'],
    ['a group with a slash', { group_id: 'a/b' }, 'invalid_apig_trigger'],
    ['an unknown way to match', { match_mode: 'PREFIX' }, 'invalid_apig_trigger'],
    ['an unknown authentication', { auth: 'none' }, 'invalid_apig_trigger'],
    ['another backend', { backend_type: 'HTTP' }, 'invalid_apig_trigger'],
    ['no func_info', { func_info: null }, 'invalid_apig_trigger'],
    ['no timeout', { func_info: {} }, 'invalid_apig_trigger'],
    ['a timeout of 0', { func_info: { timeout: 0 } }, 'invalid_apig_trigger'],
    ['a timeout over a minute', { func_info: { timeout: 60_001 } }, 'invalid_apig_trigger'],
    ['an unknown way to invoke', { func_info: { timeout: 1, invocation_type: 'later' } }, 'invalid_apig_trigger'],
    ['another version', { func_info: { timeout: 1, version: 'v1' } }, 'invalid_apig_trigger'],
    [
      'another function',
      { func_info: { timeout: 1, function_urn: 'urn:fss:local-1:p1:function:default:other' } },
      'invalid_apig_trigger',
    ],
    ['a setting of another kind', { schedule: '5m' }, 'invalid_apig_trigger'],
  ])('of the gateway are refused with %s', async (_, change, expected) => {
    expect(await refusal(add('APIG', { ...API, ...change }))).toBe(expected);
    expect(shown()).toEqual([]);
  });

  it('of other kinds are refused with a list of the existing kinds', async () => {
    for (const kind of ['OBS', 'SMN', 'KAFKA', 'APIC', 'IOTDA']) {
      await expect(add(kind, {})).rejects.toMatchObject({
        code: 'not_supported_here',
        hint: expect.stringContaining('TIMER, APIG, DEDICATEDGATEWAY'),
      });
    }
    for (const kind of ['', 'timer', '__proto__', 'constructor'])
      expect(await refusal(add(kind, TIMER))).toBe('invalid_trigger_type');
  });

  it('need a function, version or alias', async () => {
    expect(await refusal(add('TIMER', TIMER, 'latest', named('nope')))).toBe('function_not_found');
    expect(await refusal(add('TIMER', TIMER, 'v9'))).toBe('version_not_found');
    expect(await refusal(add('TIMER', TIMER, '!nope'))).toBe('alias_not_found');
    expect(await refusal(control.triggers.list(HELLO, '!nope'))).toBe('alias_not_found');
  });

  it('have names of their own on a version, and paths of their own in a project', async () => {
    await publish('v1');
    await create('other');
    await add('TIMER', TIMER);
    expect(await refusal(add('TIMER', TIMER))).toBe('timer_trigger_exists');
    expect(await refusal(add('TIMER', TIMER, 'v1'))).toBe('fine');
    await add('APIG', API);
    expect(await refusal(add('APIG', { ...API, path: '/x' }))).toBe('apig_trigger_exists');
    const second = { ...API, name: 'second', path: '/users/{name}' };
    expect(await refusal(add('APIG', second, 'v1'))).toBe('request_path_taken');
    expect(await refusal(add('DEDICATEDGATEWAY', second, 'latest', named('other')))).toBe('request_path_taken');
    expect(await refusal(add('APIG', { ...second, req_method: 'POST' }))).toBe('fine');
    expect(await refusal(add('APIG', { ...second, group_id: 'g2' }, 'v1'))).toBe('fine');
    expect(await refusal(add('APIG', { ...second, env_name: 'TEST', name: 'third' }))).toBe('fine');
    expect(await refusal(add('APIG', { ...second, match_mode: 'SWA', name: 'fourth' }))).toBe('fine');
  });

  it('are ten for a version, however many are made at once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, n) => refusal(add('TIMER', { ...TIMER, name: `t${n}` }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'fine')).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === 'trigger_quota')).toHaveLength(2);
    await publish('v1');
    expect(await refusal(add('TIMER', TIMER, 'v1'))).toBe('fine');
  });

  it('of HTTP functions are those of one gateway, and wait for the answer', async () => {
    await create('web', 'http');
    const web = named('web');
    expect(await refusal(add('TIMER', TIMER, 'latest', web))).toBe('invalid_trigger_type');
    const async = { ...API, func_info: { timeout: 1, invocation_type: 'async' } };
    expect(await refusal(add('APIG', async, 'latest', web))).toBe('invalid_apig_trigger');
    expect(await refusal(add('APIG', API, 'latest', web))).toBe('fine');
    const second = { ...API, name: 'second', path: '/second' };
    expect(await refusal(add('APIG', { ...second, instance_id: 'gw-2' }, 'latest', web))).toBe('invalid_apig_trigger');
    expect(await refusal(add('DEDICATEDGATEWAY', second, 'latest', web))).toBe('invalid_apig_trigger');
    expect(await refusal(add('APIG', second, 'latest', web))).toBe('fine');
  });

  it('are changed by the given settings, and omitted ones stay', async () => {
    const timer = await add('TIMER', TIMER);
    control.clock.advance(90_500);
    const off = await control.triggers.update(ref(timer), { active: false });
    expect(off).toMatchObject({ active: false, since: timer.since, modifiedAt: timer.createdAt + 90_500 });
    const data = { schedule_type: 'Cron', schedule: '0 0 8 * * ?', triggerid: 'read only', user_event: null };
    const changed = await control.triggers.update(ref(timer, 'latest'), { active: true, data });
    expect(eventData(changed.settings)).toEqual({ ...TIMER, schedule_type: 'Cron', schedule: '0 0 8 * * ?' });
    expect(changed.since).toBe(timer.since + 90_000);
    const [kept] = await (await control.restart()).triggers.list(HELLO, undefined);
    expect(kept).toEqual(changed);

    const api = await add('APIG', API);
    const slower = await control.triggers.update(ref(api), { data: { func_info: { timeout: 9000 } } });
    expect(eventData(slower.settings)).toEqual({ ...API, func_info: { timeout: 9000, invocation_type: 'sync' } });
  });

  it('are not changed to settings that could not be created', async () => {
    const timer = await add('TIMER', TIMER);
    await add('TIMER', { ...TIMER, name: 'second' });
    const api = await add('APIG', API);
    await add('APIG', { ...API, name: 'other', path: '/other' });
    const change = (trigger: Trigger, data: object) =>
      refusal(control.triggers.update(ref(trigger), { data: { ...data } }));
    expect(await change(timer, { name: 'second' })).toBe('timer_trigger_exists');
    expect(await change(timer, { schedule: '0m' })).toBe('invalid_timer_trigger');
    expect(await change(timer, { is_serial: true })).toBe('invalid_timer_trigger');
    expect(await change(api, { path: '/other' })).toBe('request_path_taken');
    expect(await change(api, { auth: 'CUSTOM' })).toBe('invalid_apig_trigger');
    expect(await change(api, { func_info: { timeout: 1, version: 'v7' } })).toBe('invalid_apig_trigger');
    expect(await refusal(control.triggers.update(ref(api), { active: false }))).toBe('invalid_apig_trigger');
    expect(await control.triggers.show(ref(timer))).toEqual(timer);
    expect(await control.triggers.show(ref(api))).toEqual(api);
  });

  it('are found under their function, version and kind only', async () => {
    await publish('v1');
    await create('other');
    const timer = await add('TIMER', TIMER, 'v1');
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
    const one = await add('TIMER', TIMER);
    for (const qualifier of ['v1', '!live']) await add('TIMER', TIMER, qualifier);
    await control.triggers.delete(ref(one));
    expect(shown()).toEqual(['tick !live', 'tick v1']);
    await control.triggers.deleteAll(HELLO, 'v1');
    expect(shown()).toEqual(['tick !live']);
    await add('TIMER', TIMER);
    await control.triggers.deleteAll(HELLO, 'latest');
    expect(shown()).toEqual([]);
    expect(shown(await control.restart())).toEqual([]);
  });

  it('hold their alias, and go with their version and function, also from the disk', async () => {
    await publish('v1');
    await control.functions.updateConfig(HELLO, { description: 'two', timeout: 11, memory_size: 128 });
    await publish('v2');
    await control.aliases.create(HELLO, { name: 'one', version: 'v1' });
    await control.aliases.create(HELLO, { name: 'two', version: 'v2' });
    for (const qualifier of ['!one', '!two', 'v1', 'latest']) await add('TIMER', TIMER, qualifier);
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
