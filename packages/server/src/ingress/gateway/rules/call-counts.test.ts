import { expect, it } from 'vitest';
import { CallCounts, type Counter } from './call-counts.ts';

const rate = { calls: 2, periodMs: 1000 };
const from = (caller: string): Counter[] => [{ limit: 'a1 RELEASE address', caller, rate }];

it('counts each caller and each project for itself', () => {
  const counts = new CallCounts();
  expect([0, 0, 0].map(() => counts.take('p1', from('x'), 0))).toEqual([0, 0, 500]);
  expect(counts.take('p1', from('y'), 0)).toBe(0);
  expect(counts.take('p2', from('x'), 0)).toBe(0);
  expect(counts.take('p1', from('x'), 500)).toBe(0);
});

it('takes no token when one of the limits has none', () => {
  const counts = new CallCounts();
  const both: Counter[] = [...from('x'), { limit: 'a1 RELEASE api', caller: '', rate: { calls: 1, periodMs: 1000 } }];
  expect([0, 0, 0].map(() => counts.take('p1', both, 0))).toEqual([0, 1000, 1000]);
  expect(counts.take('p1', from('x'), 0)).toBe(0);
});

it('has bounded memory, and a flood of callers frees none of its limit', () => {
  const counts = new CallCounts(100);
  for (let call = 0; call < 2; call += 1) counts.take('p1', from('first'), 0);
  let admitted = 0;
  for (let n = 0; n < 5000; n += 1) if (counts.take('p1', from(`flood-${n}`), 0) === 0) admitted += 1;
  expect(counts.sizeOf('p1')).toBeLessThanOrEqual(101);
  // one call each for those with a bucket, and one shared bucket for all others
  expect(admitted).toBe(99 + rate.calls);
  expect(counts.take('p1', from('first'), 0)).toBe(500);
  expect(counts.take('p2', from('other'), 0)).toBe(0);
});

it('drops buckets that are full again, so that new callers have their own', () => {
  const counts = new CallCounts(100);
  for (let n = 0; n < 100; n += 1) counts.take('p1', from(`old-${n}`), 0);
  for (let n = 0; n < 300; n += 1) expect(counts.take('p1', from(`new-${n}`), 2000 + n * 500)).toBe(0);
  expect(counts.sizeOf('p1')).toBeLessThan(10);
});
