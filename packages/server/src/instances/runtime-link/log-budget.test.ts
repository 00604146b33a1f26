import { expect, it } from 'vitest';
import { LogBudget, SharedLogBudget } from './log-budget.ts';

let now = 0;
const budgetsOf = (count: number): LogBudget[] => {
  const shared = new SharedLogBudget();
  return Array.from({ length: count }, () => new LogBudget(() => now, shared));
};
const passed = (budget: LogBudget, lines: number, bytes = 10): number => {
  let count = 0;
  for (let i = 0; i < lines; i += 1) if (budget.admit(bytes)) count += 1;
  return count;
};

it('bounds the lines and the bytes of an instance in a second', () => {
  const [lines, bytes] = budgetsOf(2);
  expect(passed(lines as LogBudget, 10_000)).toBe(5_000);
  expect(passed(bytes as LogBudget, 1_000, 64 * 1024)).toBe(128);
  now += 1_000;
  expect(passed(lines as LogBudget, 10)).toBe(10);
  expect((lines as LogBudget).takeDue()).toBe(5_000);
  expect((lines as LogBudget).takeDue()).toBe(0);
});

it('bounds all instances together, and leaves each a part that the others cannot take', () => {
  const budgets = budgetsOf(20);
  const noisy = budgets.slice(0, 19).map((budget) => passed(budget, 10_000));
  expect(noisy.reduce((sum, lines) => sum + lines, 0)).toBeLessThanOrEqual(20_000 + 19 * 200);
  expect(passed(budgets[19] as LogBudget, 150)).toBe(150);
});

it('lets an instance log more, the more requests it answers in the second', () => {
  const [budget] = budgetsOf(1);
  let lines = 0;
  for (let request = 0; request < 2_000; request += 1) {
    lines += passed(budget as LogBudget, 10);
    budget?.answered();
  }
  expect(lines).toBe(20_000);
  expect(passed(budget as LogBudget, 100_000)).toBe(20 * 2_000 + 200);
  now += 1_000;
  expect(passed(budget as LogBudget, 10_000)).toBe(5_000);
});

it('counts dropped lines until they are reported', () => {
  const [budget] = budgetsOf(1);
  passed(budget as LogBudget, 6_000);
  expect((budget as LogBudget).takeDue()).toBe(0);
  expect((budget as LogBudget).takeDropped()).toBe(1_000);
  expect((budget as LogBudget).takeDropped()).toBe(0);
});
