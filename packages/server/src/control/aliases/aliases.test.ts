import type { ErrorCode } from '@funcgraph/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAliasName } from '../../domain/names.ts';
import { refusal } from '../../lib/testing.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import type { AliasTarget, NewAlias, RoutingRule } from './types.ts';

const P = 'p0001';
const HELLO = { projectId: P, package: 'default', name: 'hello' };
const rule = (extra: Partial<RoutingRule> = {}): RoutingRule => ({
  source: 'header',
  name: 'X-Group',
  op: '=',
  values: ['beta'],
  ...extra,
});
const rules = (...list: RoutingRule[]): Partial<AliasTarget> => ({
  additional: { kind: 'rules', version: 'v2', combine: 'and', rules: list },
});
const weight = (version: string, percent: number): Partial<AliasTarget> => ({
  additional: { kind: 'weight', version, percent },
});
const NO_SETTINGS = { statusLog: false, logNames: {} };

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl();
  await control.functions.create(P, { name: 'hello', runtime: 'Node.js20.15', handler: 'index.handler' });
  for (const [version, memory] of [
    ['v1', 256],
    ['v2', 512],
    ['v3', 768],
  ] as const) {
    await control.functions.updateConfig(HELLO, { memoryMb: memory });
    await control.versions.publish(HELLO, { version });
  }
});
afterEach(() => control.close());

const create = (body: Partial<NewAlias>) => control.aliases.create(HELLO, { name: 'live', version: 'v1', ...body });
const update = (target: AliasTarget) => control.aliases.update(HELLO, 'live', target);
const seen = () => control.catalog.resolveAlias(P, 'default', 'hello', 'live');

describe('creating an alias', () => {
  it('points to a version, durably and at once', async () => {
    const alias = await create({ description: 'what people use', ...weight('v2', 25) });
    expect(alias).toMatchObject({
      version: 'v1',
      description: 'what people use',
      additional: { kind: 'weight', version: 'v2', percent: 25 },
    });
    expect(seen()).toEqual(alias);
    const again = await control.restart();
    expect(again.catalog.resolveAlias(P, 'default', 'hello', 'live')).toEqual(alias);
    expect(await again.aliases.show(HELLO, 'live')).toEqual(alias);
  });

  it('may point to latest, but not send it a part of the requests', async () => {
    expect(await refusal(create({ ...weight('latest', 1) }))).toBe('invalid_additional_version');
    expect(await refusal(create({ version: 'latest', ...weight('v1', 1) }))).toBe('fine');
  });

  it('keeps rules as it read them', async () => {
    const { additional } = await create(
      rules(rule(), rule({ source: 'cookie', name: 'sid', op: 'in', values: ['a', 'b', 'c'] })),
    );
    expect(additional).toEqual({
      kind: 'rules',
      version: 'v2',
      combine: 'and',
      rules: [
        { source: 'header', name: 'X-Group', op: '=', values: ['beta'] },
        { source: 'cookie', name: 'sid', op: 'in', values: ['a', 'b', 'c'] },
      ],
    });
  });

  it.each<[string, Partial<NewAlias>, ErrorCode]>([
    ['a wrong name', { name: '1st' }, 'invalid_alias'],
    ['the name of a version', { name: 'latest' }, 'invalid_alias'],
    ['a name of 65 characters', { name: 'a'.repeat(65) }, 'invalid_alias'],
    ['no version', { version: '' }, 'invalid_version'],
    ['an unknown version', { version: 'v9' }, 'version_not_found'],
    ['a long description', { description: 'x'.repeat(513) }, 'description_too_long'],
    ['a second version that is unknown', { ...weight('v9', 1) }, 'invalid_additional_version'],
    ['the same version twice', { ...weight('v1', 1) }, 'same_version'],
    ['a weight below 0', { ...weight('v2', -1) }, 'invalid_weight'],
    ['a weight over 100', { ...weight('v2', 101) }, 'invalid_weight'],
    ['half a weight', { ...weight('v2', 0.5) }, 'invalid_weight'],
    ['no rules', rules(), 'invalid_additional_version'],
    ['too many rules', rules(...Array.from({ length: 21 }, () => rule())), 'invalid_additional_version'],
    ['a rule on nothing', rules(rule({ name: '' })), 'invalid_additional_version'],
    ['a rule on a wrong name', rules(rule({ name: 'a b' })), 'invalid_additional_version'],
    ['a rule with an empty choice', rules(rule({ op: 'in', values: ['a', ''] })), 'invalid_additional_version'],
  ])('refuses %s and stores nothing', async (_what, body, code) => {
    expect(await refusal(create(body))).toBe(code);
    expect(await control.aliases.list(HELLO)).toEqual([]);
    expect(seen()).toBeUndefined();
  });

  it('refuses a name that exists and a version that another alias has', async () => {
    await create({});
    expect(await refusal(create({ version: 'v2' }))).toBe('alias_exists');
    expect(await refusal(create({ name: 'other' }))).toBe('version_has_alias');
    expect(await refusal(create({ name: 'other', version: 'v2', ...weight('v1', 1) }))).toBe('fine');
  });

  it('refuses to delete a version while an alias needs it', async () => {
    const [made, deleted] = await Promise.all([
      refusal(create({ version: 'v3', ...weight('v2', 1) })),
      refusal(control.versions.delete(HELLO, 'v2')),
    ]);
    expect([made, deleted]).toEqual(['fine', 'version_in_use']);
  });

  it('allows ten', async () => {
    for (const { version } of (await control.versions.list(HELLO)).slice(1)) {
      await control.versions.delete(HELLO, version.version);
    }
    for (let n = 1; n <= 10; n++) {
      await control.functions.updateConfig(HELLO, { timeoutSeconds: 10 + n });
      await control.versions.publish(HELLO, { version: `w${n}` });
      await create({ name: `a${n}`, version: `w${n}` });
    }
    expect(await refusal(create({ name: 'more', version: 'latest' }))).toBe('alias_quota');
  });
});

describe('an alias', () => {
  it('is moved at once; an omitted second version is removed, but the description stays', async () => {
    await create({ description: 'text', ...weight('v2', 50) });
    await update({ version: 'v2' });
    expect(seen()).toMatchObject({ version: 'v2', additional: undefined, description: 'text' });
    await update({ version: 'v2', description: '', ...weight('v1', 100) });
    expect(seen()).toMatchObject({ description: '', additional: { version: 'v1', percent: 100 } });
    expect(await control.aliases.show(HELLO, 'live')).toEqual(seen());
  });

  it('stays where it was when a move is refused', async () => {
    const before = await create({});
    await create({ name: 'other', version: 'v2' });
    expect(await refusal(update({ version: 'v9' }))).toBe('version_not_found');
    expect(await refusal(update({ version: 'v2' }))).toBe('version_has_alias');
    expect(await refusal(update({ version: 'v1', ...weight('v1', 1) }))).toBe('same_version');
    expect(await refusal(control.aliases.update(HELLO, 'nobody', { version: 'v1' }))).toBe('alias_not_found');
    expect(seen()).toEqual(before);
  });

  it('is removed at once when it is deleted, and its version stays', async () => {
    const { fn } = await control.functions.show(HELLO);
    await create({});
    await control.asyncConfigs.set({ functionId: fn.id, name: HELLO, qualifier: '!live' }, { settings: NO_SETTINGS });
    await control.aliases.delete(HELLO, 'live');
    expect(seen()).toBeUndefined();
    expect(control.asyncConfigs.list(fn.id)).toEqual([]);
    expect(control.catalog.resolve(P, 'default', 'hello', 'v1')).toBeDefined();
    expect(await refusal(control.aliases.delete(HELLO, 'live'))).toBe('alias_not_found');
    expect(await refusal(control.aliases.show(HELLO, 'live'))).toBe('alias_not_found');
    expect(await refusal(control.aliases.list({ ...HELLO, name: 'nobody' }))).toBe('function_not_found');
  });

  it('has asynchronous settings of its own, else those of the version', async () => {
    const { fn } = await control.functions.show(HELLO);
    const retries = (alias?: string) =>
      control.catalog.asyncConfig({ functionId: fn.id, version: 'v1' }, alias).maxRetries;
    await control.asyncConfigs.set(
      { functionId: fn.id, name: HELLO, qualifier: 'v1' },
      { maxRetries: 2, settings: NO_SETTINGS },
    );
    expect([retries(), retries('live')]).toEqual([2, 2]);
    await control.asyncConfigs.set(
      { functionId: fn.id, name: HELLO, qualifier: '!live' },
      { maxRetries: 3, settings: NO_SETTINGS },
    );
    expect([retries(), retries('live'), retries('other')]).toEqual([2, 3, 2]);
  });

  it.each([
    ['a', true],
    ['live-1_x', true],
    ['a'.repeat(64), true],
    ['a'.repeat(65), false],
    ['1a', false],
    ['a-', false],
    ['a.b', false],
    ['!a', false],
  ])('may be called %j: %s', (name, valid) => {
    expect(isAliasName(name)).toBe(valid);
  });
});
