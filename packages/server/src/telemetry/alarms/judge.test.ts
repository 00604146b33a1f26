import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlarmCondition, judge } from './judge.ts';
import type { AlarmState, Values } from './types.ts';

const condition = (more: Partial<AlarmCondition> = {}): AlarmCondition => ({
  comparison: '>',
  threshold: 10,
  periods: 3,
  breaching: 2,
  missing: 'keep',
  ...more,
});
const none = undefined;

describe('2 of 3 periods over 10', () => {
  it.each<[values: Values, before: AlarmState, after: AlarmState]>([
    [[1, 2, 3], 'no_data', 'ok'],
    [[11, 2, 3], 'ok', 'ok'],
    [[11, 2, 12], 'ok', 'alarm'],
    [[11, 12, 10], 'ok', 'alarm'],
    [[12, 2, 3], 'alarm', 'ok'],
    [[11, none, 12], 'ok', 'alarm'],
    // the missing one decides nothing
    [[1, none, 2], 'alarm', 'ok'],
    // the missing ones could decide
    [[none, none, 2], 'alarm', 'alarm'],
    [[none, none, 2], 'ok', 'ok'],
    [[11, none, 2], 'alarm', 'alarm'],
    [[none, none, none], 'alarm', 'alarm'],
    [[none, none, none], 'no_data', 'no_data'],
  ])('%j after %s is %s', (values, before, after) => {
    expect(judge(condition(), values, before)).toBe(after);
  });
});

it('has no data when no period has a value, if missing values do that', () => {
  const rule = condition({ missing: 'no_data' });
  expect(judge(rule, [none, none, none], 'alarm')).toBe('no_data');
  expect(judge(rule, [none, none, 20], 'alarm')).toBe('alarm');
  expect(judge(rule, [none, 20, 20], 'no_data')).toBe('alarm');
});

it.each([
  ['>', 10, false],
  ['>=', 10, true],
  ['<', 10, false],
  ['<=', 10, true],
  ['<', 9.9, true],
  ['>', 10.1, true],
] as const)('compares: %s with %d is over: %s', (comparison, value, over) => {
  expect(judge(condition({ comparison, periods: 1, breaching: 1 }), [value], 'no_data')).toBe(over ? 'alarm' : 'ok');
});

const values = fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }), {
  minLength: 1,
  maxLength: 10,
});
const states = fc.constantFrom<AlarmState>('ok', 'alarm', 'no_data');
const rule = (of: Values, breaching: number) =>
  condition({ periods: of.length, breaching: 1 + (breaching % of.length) });

it('reaches the same state again from the state that it reached', () => {
  fc.assert(
    fc.property(values, fc.nat(9), states, (of, breaching, before) => {
      const after = judge(rule(of, breaching), of, before);
      expect(judge(rule(of, breaching), of, after)).toBe(after);
    }),
  );
});

it('does not depend on the state before when all periods have values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 10 }),
      fc.nat(9),
      (of, breaching) => {
        const results = (['ok', 'alarm', 'no_data'] as const).map((before) => judge(rule(of, breaching), of, before));
        expect(new Set(results).size).toBe(1);
      },
    ),
  );
});

it('decides only what no missing value could change', () => {
  fc.assert(
    fc.property(values, fc.nat(9), states, fc.boolean(), (of, breaching, before, isOver) => {
      const after = judge(rule(of, breaching), of, before);
      if (after === before) return;
      const completed = of.map((value) => value ?? (isOver ? 20 : 0));
      expect(judge(rule(of, breaching), completed, before)).toBe(after);
    }),
  );
});
