import { expect, it } from 'vitest';
import { statisticsRange, statisticsReply } from './statistics.ts';

const NOW = Date.UTC(2027, 0, 1, 12);
const POINT = { time: NOW, count: 5, failed: 1, rejected: 2, running: 3, averageMs: 40 };

it.each([
  ['totalCount', ['count']],
  ['errorCount', ['fail_count']],
  ['averageDuration', ['duration']],
  ['running', ['running_count']],
  ['rejectCount', ['reject_count']],
  ['', ['count', 'duration', 'fail_count', 'reject_count', 'running_count']],
  ['unknown', ['count', 'duration', 'fail_count', 'reject_count', 'running_count']],
])('answers metric_type %j with %j', (type, series) => {
  expect(Object.keys(statisticsReply([POINT], type)).sort()).toEqual(series);
});

it('answers values by the time of their step', () => {
  expect(statisticsReply([POINT], 'errorCount')).toEqual({ fail_count: [{ timestamp: NOW, value: 1 }] });
});

it('reads a period in minutes, and times in milliseconds, which win', () => {
  expect(statisticsRange({ period: '60' }, NOW, 1440)).toMatchObject({ to: NOW, stepMs: 60_000 });
  const requested = { period: '5', start_time: String(NOW - 600_000), end_time: String(NOW) };
  expect(statisticsRange(requested, NOW, 1440)).toMatchObject({ from: NOW - 600_000, to: NOW - 1 });
});

it.each([{ period: '0' }, { period: '1441' }, { start_time: 'yesterday' }, { end_time: '-1' }])(
  'refuses %j',
  (requested) => {
    expect(() => statisticsRange(requested, NOW, 1440)).toThrow(/period|start_time|end_time/);
  },
);
