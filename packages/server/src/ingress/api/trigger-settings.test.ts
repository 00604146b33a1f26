import { describe, expect, it } from 'vitest';
import type { PlatformError } from '../../lib/platform-error.ts';
import { changedSettings, kindOfTrigger, readSettings } from './trigger-settings.ts';

const OF = { fn: { projectId: 'p1', package: 'default', name: 'hello' }, qualifier: 'latest' };
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

function trigger(kind: string, data: object) {
  const times = { since: 0, fired: undefined, createdAt: 0, modifiedAt: 0 };
  return { ...OF, id: 't', functionId: 'f', active: true, settings: readSettings(kind, data, OF), ...times };
}

/** As a client gets them back. */
function shown(kind: string, data: object): object {
  const one = trigger(kind, data);
  return kindOfTrigger(one).data(one.settings);
}

const change = (kind: string, data: object, changes: object): object => changedSettings(trigger(kind, data), changes);

function code(work: () => unknown): string {
  try {
    work();
    return 'fine';
  } catch (error) {
    return (error as PlatformError).code;
  }
}

describe('settings of triggers', () => {
  it('are shown as they were given', () => {
    expect(shown('TIMER', TIMER)).toEqual(TIMER);
    expect(shown('APIG', API)).toEqual(API);
  });

  it('of the gateway have defaults', () => {
    expect(shown('DEDICATEDGATEWAY', { name: 'a', type: 1, path: '/', func_info: { timeout: 60_000 } })).toMatchObject({
      protocol: 'HTTP',
      req_method: 'ANY',
      group_id: 'DEFAULT',
      match_mode: 'SWA',
      env_name: 'RELEASE',
      env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID',
      auth: 'IAM',
      func_info: { timeout: 60_000, invocation_type: 'sync' },
    });
  });

  it.each<[string, string, object]>([
    ['no type of schedule', 'TIMER', { schedule_type: undefined }],
    ['an unknown type of schedule', 'TIMER', { schedule_type: 'rate' }],
    ['a setting of another kind', 'TIMER', { path: '/' }],
    ['a setting of no kind', 'TIMER', { is_serial: true }],
    ['no type', 'APIG', { type: undefined }],
    ['an unknown protocol', 'APIG', { protocol: 'FTP' }],
    ['an unknown method', 'APIG', { req_method: 'get' }],
    ['an unknown way to match', 'APIG', { match_mode: 'PREFIX' }],
    ['an unknown authentication', 'APIG', { auth: 'none' }],
    ['another backend', 'APIG', { backend_type: 'HTTP' }],
    ['no func_info', 'APIG', { func_info: undefined }],
    ['no timeout', 'APIG', { func_info: {} }],
    ['an unknown way to invoke', 'APIG', { func_info: { timeout: 1, invocation_type: 'later' } }],
    ['another version', 'APIG', { func_info: { timeout: 1, version: 'v1' } }],
    ['another function', 'APIG', { func_info: { timeout: 1, function_urn: 'urn:fss:r:p1:function:default:other' } }],
    ['a setting of another kind', 'APIG', { schedule: '5m' }],
  ])('are refused with %s (%s)', (_what, kind, changes) => {
    const data = kind === 'TIMER' ? TIMER : API;
    expect(code(() => readSettings(kind, { ...data, ...changes }, OF))).toMatch(/^invalid_(timer|apig)_trigger$/);
  });

  it('are read by the schema of their kind', () => {
    expect(() => readSettings('TIMER', { ...TIMER, schedule: 5 }, OF)).toThrow('event_data.schedule must be string');
    expect(() => readSettings('APIG', { ...API, func_info: { timeout: {} } }, OF)).toThrow(
      'event_data.func_info.timeout',
    );
    expect(readSettings('APIG', { ...API, func_info: { timeout: '9' } }, OF)).toMatchObject({ timeoutMs: 9 });
  });

  it('keep what a change leaves out, also inside func_info, and skip fields of answers', () => {
    const timer = { schedule_type: 'Cron', schedule: '0 0 8 * * ?', triggerid: 'read only', user_event: undefined };
    expect(change('TIMER', TIMER, timer)).toMatchObject({ scheduleType: 'Cron', userEvent: 'five' });
    expect(
      change('APIG', { ...API, func_info: { timeout: 1, invocation_type: 'async' } }, { func_info: { timeout: 9 } }),
    ).toMatchObject({ timeoutMs: 9, async: true, path: '/users/{id}' });
    expect(code(() => change('APIG', API, { func_info: { timeout: 1, version: 'v7' } }))).toBe('invalid_apig_trigger');
  });
});

it('names the kinds that exist when another is asked for', () => {
  for (const kind of ['ROCKETMQ', 'APIC', 'IOTDA']) {
    expect(() => readSettings(kind, {}, OF)).toThrow(
      expect.objectContaining({
        code: 'not_supported_here',
        hint: expect.stringContaining('TIMER, APIG, DEDICATEDGATEWAY'),
      }),
    );
  }
  for (const kind of ['', 'timer', '__proto__', 'constructor'])
    expect(code(() => readSettings(kind, {}, OF))).toBe('invalid_trigger_type');
});
