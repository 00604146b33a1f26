import { expect, it } from 'vitest';
import { RequestRate } from './request-rate.ts';

const LIMIT = { perSecond: 10, burst: 20 };

function taken(rate: RequestRate, key: string, now: number, tries: number): number {
  return Array.from({ length: tries }, () => rate.take(key, now)).filter(Boolean).length;
}

it('admits a burst, and then as many as the rate allows', () => {
  const rate = new RequestRate(LIMIT);
  expect(taken(rate, 'a', 0, 50)).toBe(20);
  expect(taken(rate, 'a', 500, 50)).toBe(5);
  expect(taken(rate, 'a', 60_000, 50)).toBe(20);
});

it('counts each function for itself', () => {
  const rate = new RequestRate(LIMIT);
  taken(rate, 'a', 0, 50);
  expect(taken(rate, 'b', 0, 50)).toBe(20);
});

it('remembers no function whose bucket is full again', () => {
  const rate = new RequestRate(LIMIT);
  for (let at = 0; at < 1000; at += 1) rate.take(`function ${at}`, 0);
  rate.take('later', 10_000);
  expect(rate.size).toBe(1);
});
