import { expect, test } from 'vitest';
import { figuresOf, seriesOf } from './metric-series.ts';

const point = (time: string, given: Partial<Parameters<typeof figuresOf>[0][number]>) => ({
  time,
  count: 0,
  failed: 0,
  rejected: 0,
  cold: 0,
  causes: { init: 0, load: 0, system: 0, timeout: 0, memory: 0, disk: 0, code: 0 },
  duration_ms: 0,
  max_ms: 0,
  min_ms: 0,
  p50_ms: 0,
  p95_ms: 0,
  p99_ms: 0,
  gb_seconds: 0,
  concurrency: 0,
  reserved_instances: 0,
  instances: 0,
  ...given,
});

const POINTS = [
  point('2027-01-01T00:00:00.000Z', { count: 4, failed: 1, rejected: 1, duration_ms: 10, concurrency: 3 }),
  point('2027-01-01T00:05:00.000Z', { count: 1, cold: 1, duration_ms: 50, p99_ms: 50, concurrency: 1 }),
];

test('the figures of a range are sums, the most at once, and the average of the calls that ran', () => {
  expect(figuresOf(POINTS)).toEqual({
    calls: 5,
    failed: 1,
    rejected: 1,
    cold: 1,
    duration: 20,
    slowest: 50,
    concurrency: 3,
  });
});

test('without calls the average is 0', () => {
  expect(figuresOf([])).toMatchObject({ calls: 0, duration: 0 });
});

test('a chart has the begin of each step', () => {
  expect(seriesOf(POINTS, 'count')).toEqual([
    { timestamp: Date.parse('2027-01-01T00:00:00.000Z'), value: 4 },
    { timestamp: Date.parse('2027-01-01T00:05:00.000Z'), value: 1 },
  ]);
});
