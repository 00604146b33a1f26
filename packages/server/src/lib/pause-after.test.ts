import { expect, it } from 'vitest';
import { pauseAfter } from './pause-after.ts';

it('waits longer after each failure, up to the limit', () => {
  const pauses = { firstMs: 1_000, mostMs: 60_000 };
  expect([1, 2, 3, 6, 7, 5000].map((n) => pauseAfter(n, pauses))).toEqual([
    1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
  ]);
});
