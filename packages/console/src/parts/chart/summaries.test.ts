import { expect, test } from 'vitest';
import { latest, total, weightedAverage } from './summaries.ts';

const points = (...values: number[]) => values.map((value, at) => ({ timestamp: at, value }));

test('figures of a range', () => {
  expect([total(points(1, 2, 4)), latest(points(1, 2))]).toEqual([7, 2]);
  expect([total(), latest()]).toEqual([0, 0]);
});

test('an average counts each step as often as it was invoked', () => {
  expect(weightedAverage(points(10, 100, 7), points(9, 1, 0))).toBe(19);
  expect(weightedAverage(points(10), [])).toBe(0);
});
