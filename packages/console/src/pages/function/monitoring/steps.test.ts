import { expect, test } from 'vitest';
import { stepOf } from './steps.ts';

const HOUR_MS = 3_600_000;

test.each([
  ['', HOUR_MS, 1],
  ['', 24 * HOUR_MS, 15],
  ['', 72 * HOUR_MS, 60],
  ['', 720 * HOUR_MS, 1440],
  ['5', 24 * HOUR_MS, 5],
  ['7', 24 * HOUR_MS, 15],
  // more points than the server answers
  ['1', 72 * HOUR_MS, 60],
])('the step %o of a range of %i ms is %i minutes', (chosen, spanMs, step) => {
  expect(stepOf(chosen, spanMs)).toBe(step);
});
