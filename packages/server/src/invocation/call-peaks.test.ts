import { expect, it } from 'vitest';
import { CallPeaks, COOL_DOWN_MS } from './call-peaks.ts';

it('has the most calls at once of the last five minutes', () => {
  const peaks = new CallPeaks();
  expect(peaks.most('a')).toBe(0);
  peaks.add(0, new Map([['a', 3]]));
  peaks.add(10_000, new Map([['a', 8]]));
  peaks.add(COOL_DOWN_MS, new Map([['a', 1]]));
  expect(peaks.most('a')).toBe(8);
  peaks.add(10_000 + COOL_DOWN_MS, new Map([['a', 2]]));
  expect(peaks.most('a')).toBe(2);
});

it('stores the peaks of ten seconds as one, however often it gets some', () => {
  const peaks = new CallPeaks();
  for (let at = 0; at < 9_000; at += 1_000) peaks.add(at, new Map([['a', at === 4_000 ? 5 : 1]]));
  expect(peaks.most('a')).toBe(5);
  peaks.add(COOL_DOWN_MS, new Map([['a', 1]]));
  expect(peaks.most('a')).toBe(1);
});

it('removes ids that are not followed any more', () => {
  const peaks = new CallPeaks();
  peaks.add(0, new Map([['a', 3]]));
  peaks.add(1, new Map());
  peaks.add(2, new Map([['a', 1]]));
  expect(peaks.most('a')).toBe(1);
});
