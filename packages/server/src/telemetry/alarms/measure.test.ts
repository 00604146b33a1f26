import { describe, expect, it } from 'vitest';
import { measure, statisticRefusal } from './measure.ts';
import type { AlarmMetric, AlarmMinute, AlarmStatistic } from './types.ts';

const minute = (at: number, more: Partial<AlarmMinute> = {}): AlarmMinute => ({
  minute: at,
  ...{ count: 0, failed: 0, rejected: 0, ran: 0, durationMs: 0, maxMs: 0, minMs: 0, running: 0, reserved: 0 },
  ...more,
});

const MINUTES = [
  minute(100, { count: 4, failed: 1, ran: 4, durationMs: 400, maxMs: 250, minMs: 10, running: 3, reserved: 2 }),
  minute(103, { count: 1, ran: 1, durationMs: 50, maxMs: 50, minMs: 50, running: 1 }),
  minute(106, { count: 2, rejected: 2 }),
];

const of = (metric: AlarmMetric, statistic: AlarmStatistic) =>
  measure({ metric, statistic, period: 5, from: 95, periods: 3 }, MINUTES);

describe('periods of five minutes', () => {
  it.each<[metric: AlarmMetric, statistic: AlarmStatistic, values: Array<number | undefined>]>([
    ['count', 'sum', [0, 5, 2]],
    ['count', 'average', [0, 1, 0.4]],
    ['count', 'maximum', [0, 4, 2]],
    ['count', 'minimum', [0, 0, 0]],
    ['failcount', 'sum', [0, 1, 0]],
    ['reject_count', 'sum', [0, 0, 2]],
    ['concurrency', 'maximum', [0, 3, 0]],
    ['reservedinstancenum', 'average', [0, 0.4, 0]],
    ['duration', 'average', [undefined, 90, undefined]],
    ['duration', 'sum', [undefined, 450, undefined]],
    ['duration', 'maximum', [undefined, 250, undefined]],
    ['duration', 'minimum', [undefined, 10, undefined]],
    ['maxDuration', 'average', [undefined, 150, undefined]],
    ['maxDuration', 'minimum', [undefined, 50, undefined]],
    ['minDuration', 'maximum', [undefined, 50, undefined]],
  ])('have the %s %s %j', (metric, statistic, values) => {
    expect(of(metric, statistic)).toEqual(values);
  });
});

it('has the smallest count only of periods whose every minute has one', () => {
  const full = [1, 2].map((at) => minute(at, { count: at + 1 }));
  expect(measure({ metric: 'count', statistic: 'minimum', period: 2, from: 1, periods: 1 }, full)).toEqual([2]);
});

it.each<['function' | 'flow', AlarmMetric, AlarmStatistic, boolean]>([
  ['function', 'duration', 'maximum', true],
  ['flow', 'duration', 'maximum', false],
  ['flow', 'duration', 'average', true],
  ['flow', 'count', 'maximum', true],
  ['function', 'concurrency', 'sum', false],
  ['function', 'maxDuration', 'sum', false],
])('says whether a %s has %s %s: %s', (target, metric, statistic, exists) => {
  expect(statisticRefusal(target, metric, statistic) === undefined).toBe(exists);
});
