import type { ErrorCode } from '@funcgraph/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeZip } from '../../artifacts/testing.ts';
import { refusal } from '../../lib/testing.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import type { NewPolicy, Reservation } from './types.ts';

const P = 'p0001';
const named = (name: string) => ({ projectId: P, package: 'default', name });
const HELLO = named('hello');
const code = (text: string) => ({ type: 'zip', bytes: fakeZip([{ name: 'index.js', data: text }]) });
const POLICY = { name: 'p', cron: '0 0 8 * * ?', count: 5, startsAt: 100_000, endsAt: 200_000 };

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl();
  await create('hello');
});
afterEach(() => control.close());

async function create(name: string): Promise<void> {
  await control.functions.create(P, {
    name,
    runtime: 'Node.js20.15',
    handler: 'index.handler',
    code: code('1'),
  });
}

async function publish(version: string): Promise<void> {
  await control.functions.updateCode(HELLO, { code: code(version) });
  await control.versions.publish(HELLO, { version });
}

const set = (qualifier: string, reservation: Reservation) => control.reservedConfigs.set(HELLO, qualifier, reservation);
const withPolicy = (change: Partial<NewPolicy>): Reservation => ({ count: 2, policies: [{ ...POLICY, ...change }] });
const shown = (configs = control.reservedConfigs.list(P)) =>
  configs.map(({ fn, qualifier, count }) => `${fn.name} ${qualifier} ${count}`);

describe('settings of reserved instances', () => {
  it('are kept over a restart with their policies', async () => {
    const byMetric = [{ name: 'busy', threshold: 60, min: 1 }];
    await set('latest', { ...withPolicy({}), idleMode: true, byMetric });
    const again = await control.restart();
    expect(again.reservedConfigs.list(P)).toEqual(control.reservedConfigs.list(P));
    expect(again.reservedConfigs.list(P)).toMatchObject([
      {
        qualifier: 'latest',
        count: 2,
        idleMode: true,
        policies: [{ name: 'p', count: 5, startsAt: 100_000, endsAt: 200_000 }],
        byMetric,
      },
    ]);
  });

  it('may have a base of nothing with policies; nothing at all ends them', async () => {
    await set('latest', { ...withPolicy({}), count: 0 });
    expect(shown()).toEqual(['hello latest 0']);
    await set('latest', { count: 0, byMetric: [{ name: 'busy', threshold: 60, min: 0 }] });
    expect(shown()).toEqual(['hello latest 0']);
    await set('latest', { count: 0, idleMode: false });
    expect(shown()).toEqual([]);
    expect((await control.restart()).reservedConfigs.list(P)).toEqual([]);
  });

  it.each<[string, Reservation, ErrorCode]>([
    ['more than a thousand', { count: 1001 }, 'invalid_concurrency'],
    ['a negative count', { count: -1 }, 'invalid_concurrency'],
    ['a count with a fraction', { count: 1.5 }, 'invalid_concurrency'],
    ['more than 90 % of the concurrency', { count: 91 }, 'reserved_quota'],
    ['a policy below the base', withPolicy({ count: 1 }), 'invalid_concurrency'],
    ['a policy over the quota', withPolicy({ count: 95 }), 'reserved_quota'],
    ['a cron that is none', withPolicy({ cron: '* * *' }), 'invalid_concurrency'],
    ['a window that ends before it begins', withPolicy({ endsAt: 100_000 }), 'invalid_concurrency'],
    ['a policy without a name', withPolicy({ name: '' }), 'invalid_concurrency'],
    ['a name with a line break', withPolicy({ name: 'a\nb' }), 'invalid_concurrency'],
    ['two policies of one name', { count: 1, policies: [POLICY, POLICY] }, 'invalid_concurrency'],
    ['21 policies', { count: 1, policies: Array(21).fill(POLICY) }, 'invalid_concurrency'],
  ])('refuse %s and change nothing', async (_, body, expected) => {
    expect(await refusal(set('latest', body))).toBe(expected);
    expect(shown()).toEqual([]);
  });

  it('need an existing function, version or alias', async () => {
    expect(await refusal(control.reservedConfigs.set(named('nope'), 'latest', { count: 1 }))).toBe(
      'function_not_found',
    );
    expect(await refusal(set('v9', { count: 1 }))).toBe('version_not_found');
    expect(await refusal(set('!nope', { count: 1 }))).toBe('alias_not_found');
  });

  it('are for a version or for an alias that points to it, never for both', async () => {
    await publish('v1');
    await publish('v2');
    await control.aliases.create(HELLO, { name: 'live', version: 'v1' });
    await set('v1', { count: 1 });
    expect(await refusal(set('!live', { count: 1 }))).toBe('invalid_concurrency');
    await control.aliases.update(HELLO, 'live', { version: 'v2' });
    await set('!live', { count: 1 });
    expect(await refusal(set('v2', { count: 1 }))).toBe('invalid_concurrency');
    expect(await refusal(control.aliases.update(HELLO, 'live', { version: 'v1' }))).toBe('invalid_concurrency');
    await set('v1', { count: 0 });
    await control.aliases.update(HELLO, 'live', { version: 'v1' });
    expect(shown()).toEqual(['hello !live 1']);
  });

  it('share the quota of the project, however many are set at once', async () => {
    await create('other');
    await set('latest', { count: 50 });
    const other = (count: number) => control.reservedConfigs.set(named('other'), 'latest', { count });
    expect(await refusal(other(41))).toBe('reserved_quota');
    await publish('v1');
    const outcomes = await Promise.all([refusal(other(30)), refusal(set('v1', { count: 30 }))]);
    expect(outcomes.toSorted()).toEqual(['fine', 'reserved_quota']);
    await set('latest', { count: 10 });
    expect(await refusal(other(40))).toBe('fine');
  });

  it('are no more than the instances of the function', async () => {
    await control.functions.updateMaxInstances(HELLO, 5);
    await publish('v1');
    await set('v1', { count: 3 });
    expect(await refusal(set('latest', { count: 3 }))).toBe('invalid_concurrency');
    await set('latest', { count: 2 });
    await control.functions.updateMaxInstances(HELLO, -1);
    expect(await refusal(set('latest', { count: 40 }))).toBe('fine');
  });

  it('go with their version, alias and function, also from the disk', async () => {
    await publish('v1');
    await publish('v2');
    await control.aliases.create(HELLO, { name: 'one', version: 'v1' });
    await control.aliases.create(HELLO, { name: 'two', version: 'v2' });
    for (const qualifier of ['!one', '!two', 'latest']) await set(qualifier, { count: 1 });
    await control.versions.delete(HELLO, 'v1');
    expect(shown()).toEqual(['hello !two 1', 'hello latest 1']);
    await control.aliases.delete(HELLO, 'two');
    expect(shown()).toEqual(['hello latest 1']);
    expect(shown((await control.restart()).reservedConfigs.list(P))).toEqual(['hello latest 1']);
    await control.functions.delete(HELLO);
    await create('hello');
    expect(shown()).toEqual([]);
    expect(shown((await control.restart()).reservedConfigs.list(P))).toEqual([]);
  });
});
