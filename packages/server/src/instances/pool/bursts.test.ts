import { expect, it } from 'vitest';
import { Bursts } from './bursts.ts';

it('returns the most events within a second, until they are long ago', () => {
  const bursts = new Bursts(60_000);
  expect([bursts.largest(0), bursts.sinceLast(0)]).toEqual([0, undefined]);
  for (const at of [0, 100, 999, 5_000]) bursts.add(at);
  expect([bursts.largest(5_000), bursts.sinceLast(6_000)]).toEqual([3, 1_000]);
  expect(bursts.largest(60_000)).toBe(1);
  expect([bursts.largest(65_000), bursts.sinceLast(65_000)]).toEqual([0, 60_000]);
});
