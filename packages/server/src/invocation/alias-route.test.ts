import { expect, it } from 'vitest';
import type { AdditionalVersion, RoutingRule } from '../control/index.ts';
import { goesToAdditional, type RequestHeaders } from './alias-route.ts';

const weight = (percent: number): AdditionalVersion => ({ kind: 'weight', version: 'v2', percent });
const header = (name: string, ...values: string[]): RoutingRule => ({ source: 'header', name, op: 'in', values });
const cookie = (name: string, ...values: string[]): RoutingRule => ({ source: 'cookie', name, op: '=', values });

/** The same numbers in every run. */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

it.each([0, 1, 25, 50, 99, 100])('sends the additional version %i of a hundred requests', (percent) => {
  const random = numbers();
  let additional = 0;
  for (let i = 0; i < 20_000; i++) if (goesToAdditional(weight(percent), { random })) additional += 1;
  // four standard deviations; none at 0 and 100
  const tolerance = 4 * Math.sqrt(20_000 * (percent / 100) * (1 - percent / 100));
  expect(Math.abs(additional - 200 * percent)).toBeLessThanOrEqual(tolerance);
});

it('holds at the ends of the range of random', () => {
  expect(goesToAdditional(weight(0), { random: () => 0 })).toBe(false);
  expect(goesToAdditional(weight(100), { random: () => 1 - Number.EPSILON })).toBe(true);
});

const both = [header('X-Group', 'beta', 'staff'), cookie('sid', '1')];

it.each<[string, 'and' | 'or', readonly RoutingRule[], RequestHeaders | undefined, boolean]>([
  ['no headers at all', 'and', [header('a', '1')], undefined, false],
  ['a value of the list', 'and', [header('X-Group', 'beta', 'staff')], { 'x-group': 'staff' }, true],
  ['another value', 'and', [header('X-Group', 'beta')], { 'x-group': 'Beta' }, false],
  ['a part of the value', 'and', [header('X-Group', 'beta')], { 'x-group': 'beta2' }, false],
  ['a header that came twice', 'and', [header('set', 'b')], { set: ['a', 'b'] }, true],
  ['one of two rules, all wanted', 'and', both, { 'x-group': 'beta' }, false],
  ['one of two rules, any wanted', 'or', both, { 'x-group': 'beta' }, true],
  ['both rules', 'and', both, { 'x-group': 'beta', cookie: 'a=b; sid=1' }, true],
  ['a cookie in the middle', 'and', [cookie('sid', '1')], { cookie: 'a=b;sid=1; c' }, true],
  ['a cookie whose name ends like it', 'and', [cookie('sid', '1')], { cookie: 'xsid=1' }, false],
  ['a cookie in other case', 'and', [cookie('sid', '1')], { cookie: 'SID=1' }, false],
  ['a value with an equals sign', 'and', [cookie('sid', 'a=b')], { cookie: 'sid=a=b' }, true],
  ['a name that all objects inherit', 'and', [header('constructor', 'x')], {}, false],
])('goes by the rules: %s', (_what, combine, rules, headers, expected) => {
  const additional: AdditionalVersion = { kind: 'rules', version: 'v2', combine, rules };
  const random = (): number => {
    throw new Error('rules are not a matter of chance');
  };
  expect(goesToAdditional(additional, { headers, random })).toBe(expected);
});
