import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isGuard, type Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { AlarmStore } from './alarm-store.ts';
import type { AlarmChange, AlarmRule } from './types.ts';

const FUNCTION = { kind: 'function', functionId: 'f1', package: 'default', name: 'hello' } as const;

const rule = (name: string, more: Partial<AlarmRule> = {}): AlarmRule => ({
  id: `id-${name}`,
  projectId: 'p1',
  name,
  target: FUNCTION,
  description: '',
  enabled: true,
  metric: 'failcount',
  statistic: 'sum',
  period: 5,
  condition: { comparison: '>', threshold: 0.5, periods: 1, breaching: 1, missing: 'keep' },
  topics: ['urn:smn:local:p1:ops'],
  notifyOn: ['alarm'],
  setBy: { kind: 'user', id: 'u1' },
  state: 'no_data',
  stateSince: 1_000,
  value: undefined,
  noticed: 'ok',
  changes: 0,
  judgedTo: 1_700_000_000_000,
  createdAt: 1_000,
  modifiedAt: 1_000,
  ...more,
});

const change = (number: number, more: Partial<AlarmChange> = {}): AlarmChange => ({
  ...{ number, at: number * 60_000, previous: 'ok', state: 'alarm', value: 1.25, notices: [] },
  ...more,
});

describe('rows of alarms', () => {
  let storage: Storage;
  let store: AlarmStore;
  const names = async () => (await store.list('p1', { after: '', limit: 100 })).map((one) => one.name);

  beforeEach(async () => {
    storage = await openTestStorage();
    store = new AlarmStore(storage.db);
    const { db } = storage;
    const fn = { id: 'f1', project_id: 'p1', package: 'default', name: 'hello', runtime: 'r', collected: 0 };
    await db
      .insertInto('function')
      .values({ ...fn, created_at: 1 })
      .execute();
    for (const version of ['latest', 'v1']) {
      const artifact = { artifact_sha256: 'a', artifact_sha512: 'a', artifact_kind: 'zip', artifact_bytes: 1 };
      const row = { function_id: 'f1', version, revision: 1, config: '{}', ...artifact, modified_at: 1 };
      const empty = { sealed_env: null, artifact_file: null, description: '', image_id: null };
      await db
        .insertInto('function_version')
        .values({ ...row, ...empty })
        .execute();
    }
    const times = { created_at: 1, modified_at: 1 };
    await db
      .insertInto('function_alias')
      .values({ function_id: 'f1', name: 'prod', version: 'v1', additional: null, description: '', ...times })
      .execute();
    const flow = { id: 'w1', project_id: 'p1', name: 'orders', description: '', mode: 'NORMAL' as const, stream: 0 };
    const saved = { definition: 'd', created_by: '', saved_by_kind: 'user' as const, saved_by_id: 'u1' };
    await db.insertInto('flow_definition').values({ digest: 'd', body: '{}', unused_since: null }).execute();
    await db
      .insertInto('flow')
      .values({ ...flow, ...saved, enterprise_project_id: '0', ...times, triggers_made: 1 })
      .execute();
  });
  afterEach(() => storage.close());

  it('returns a rule as it was stored, whatever it is about', async () => {
    const rules = [
      rule('a'),
      rule('b', { target: { ...FUNCTION, version: 'v1' }, value: 0.1, setBy: undefined }),
      rule('c', { target: { ...FUNCTION, alias: 'prod' } }),
      rule('d', { target: { kind: 'flow', flowId: 'w1', name: 'orders' }, enabled: false }),
    ];
    for (const one of rules) expect(await store.insert(one, 10)).toBe('added');
    expect(await store.list('p1', { after: '', limit: 10 })).toEqual(rules);
    expect(await store.find('p1', 'b')).toEqual(rules[1]);
    expect(await store.find('p2', 'b')).toBeUndefined();
  });

  it('refuses a second rule of a name, and one above the quota', async () => {
    await store.insert(rule('a'), 2);
    expect(await store.insert(rule('a', { id: 'other' }), 2)).toBe('exists');
    await store.insert(rule('b'), 2);
    expect(await store.insert(rule('c'), 2)).toBe('quota');
    expect(await store.insert(rule('c', { projectId: 'p2' }), 2)).toBe('added');
  });

  it('lists pages by name, and rules in a state', async () => {
    for (const one of ['b', 'c', 'a']) await store.insert(rule(one, { state: one === 'c' ? 'alarm' : 'ok' }), 10);
    const page = async (after: string) => (await store.list('p1', { after, limit: 2 })).map((one) => one.name);
    expect([await page(''), await page('b')]).toEqual([['a', 'b'], ['c']]);
    expect(await store.list('p1', { after: '', limit: 10, state: 'alarm' })).toMatchObject([{ name: 'c' }]);
  });

  it('lists rules about one function, version, alias or flow', async () => {
    const flow = { kind: 'flow', flowId: 'w1', name: 'orders' } as const;
    const targets = { all: FUNCTION, one: { ...FUNCTION, version: 'v1' }, prod: { ...FUNCTION, alias: 'prod' }, flow };
    for (const [name, target] of Object.entries(targets)) await store.insert(rule(name, { target }), 10);
    for (const [name, target] of Object.entries(targets)) {
      expect(await store.list('p1', { after: '', limit: 10, target })).toMatchObject([{ name }]);
    }
    const unknown = { kind: 'flow', name: 'unknown' } as const;
    expect(await store.list('p1', { after: '', limit: 10, target: unknown })).toEqual([]);
  });

  it('removes rules together with what they are about', async () => {
    await store.insert(rule('of-function'), 10);
    await store.insert(rule('of-version', { target: { ...FUNCTION, version: 'v1' } }), 10);
    await store.insert(rule('of-alias', { target: { ...FUNCTION, alias: 'prod' } }), 10);
    await store.insert(rule('of-flow', { target: { kind: 'flow', flowId: 'w1', name: 'orders' } }), 10);
    await storage.db.deleteFrom('function_alias').execute();
    expect(await names()).toEqual(['of-flow', 'of-function', 'of-version']);
    await storage.db.deleteFrom('function_version').where('version', '=', 'v1').execute();
    expect(await names()).toEqual(['of-flow', 'of-function']);
    await storage.db.deleteFrom('flow').execute();
    await storage.db.deleteFrom('function').execute();
    expect(await names()).toEqual([]);
  });

  it('pages enabled rules of all projects with given periods', async () => {
    await store.insert(rule('a', { period: 1 }), 10);
    await store.insert(rule('b', { enabled: false, period: 1 }), 10);
    await store.insert(rule('c', { projectId: 'p2', period: 60 }), 10);
    await store.insert(rule('d'), 10);
    const page = async (periods: number[], after: string) =>
      (await store.enabled(periods, after, 2)).map((one) => one.name);
    expect(await page([1, 60], '')).toEqual(['a', 'c']);
    expect(await page([1, 5, 60], 'id-a')).toEqual(['c', 'd']);
  });

  it('notes a change once, and not over another one or over new settings', async () => {
    const first = rule('a');
    await store.insert(first, 10);
    const note = (of: AlarmRule) => storage.atomic(store.change(of, change(of.changes + 1), 'alarm'));
    await note(first);
    const changed = await store.find('p1', 'a');
    expect(changed).toMatchObject({ state: 'alarm', noticed: 'alarm', changes: 1, value: 1.25, judgedTo: 60_000 });
    expect(await store.changes('id-a')).toEqual([change(1)]);
    await expect(note(first)).rejects.toSatisfy(isGuard);
    await store.update({ ...first, period: 15, modifiedAt: 2_000 }, undefined);
    await expect(note(changed ?? first)).rejects.toSatisfy(isGuard);
    expect(await store.changes('id-a')).toHaveLength(1);
  });

  it('has the last 100 changes, the latest first', async () => {
    await store.insert(rule('a'), 10);
    for (let number = 1; number <= 103; number += 1) {
      const changed = await store.find('p1', 'a');
      if (changed !== undefined) await storage.atomic(store.change(changed, change(number), 'ok'));
    }
    const numbers = (await store.changes('id-a')).map((one) => one.number);
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([100, 103, 4]);
    await store.remove('p1', 'a');
    expect(await store.changes('id-a')).toEqual([]);
  });

  it('knows up to when all is judged', async () => {
    expect(await store.judgedTo()).toBeUndefined();
    await storage.atomic([store.progress(60_000)]);
    await storage.atomic([store.progress(1_700_000_000_000)]);
    expect(await store.judgedTo()).toBe(1_700_000_000_000);
  });

  it('names what enabled rules measure once, with the longest of their periods', async () => {
    const condition = { ...rule('').condition, periods: 4 };
    for (const one of [
      rule('a'),
      rule('b', { period: 15 }),
      rule('c', { condition }),
      rule('d', { target: { ...FUNCTION, alias: 'prod' } }),
      rule('e', { period: 60, enabled: false }),
      rule('f', { target: { kind: 'flow', flowId: 'w1', name: 'orders' } }),
    ]) {
      expect(await store.insert(one, 10)).toBe('added');
    }
    const measured = (await store.measuredFunctions()).toSorted((a, b) => b.period - a.period);
    expect(measured).toEqual([
      { projectId: 'p1', target: FUNCTION, period: 15, periods: 4 },
      { projectId: 'p1', target: { ...FUNCTION, alias: 'prod' }, period: 5, periods: 1 },
    ]);
  });
});
