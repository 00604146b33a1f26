import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { openTelemetry, type Telemetry } from '../open.ts';
import { invocationRecord } from '../testing.ts';
import type { AlarmMetric, FunctionMeasurement } from './types.ts';

const MIDNIGHT = Date.UTC(2026, 0, 2);
const MINUTE_MS = 60_000;

const dir = mkdtempSync(join(tmpdir(), 'fg-alarm-minutes-'));
let telemetry: Telemetry;
beforeAll(async () => {
  const clock = new ManualClock(MIDNIGHT + 5 * MINUTE_MS);
  telemetry = await openTelemetry({
    ...{ dir, retainDays: 7, clock },
    onError: (error) => {
      throw error;
    },
  });
  const call = (more: object) =>
    telemetry.records.append(
      invocationRecord({ functionKey: 'p1:default:f', startedAt: MIDNIGHT + 30_000, handlerMs: 20, ...more }),
    );
  // ends a minute after the day in which it began
  call({ requestId: 'a', startedAt: MIDNIGHT - 1_000, finishedAt: MIDNIGHT + 10_000, handlerMs: 500, version: 'v1' });
  call({ requestId: 'b', alias: 'prod', version: 'v1' });
  call({ requestId: 'c', outcome: 'function_error' });
  call({ requestId: 'd', functionKey: 'p1:default:other' });
});
afterAll(async () => {
  await telemetry.close();
  rmSync(dir, { recursive: true, force: true });
});

const minuteOf = (metric: AlarmMetric, scope: object = { kind: 'function' }): FunctionMeasurement => ({
  ...{
    metric,
    statistic: metric === 'count' ? 'sum' : 'maximum',
    period: 1,
    from: MIDNIGHT / MINUTE_MS - 1,
    periods: 2,
  },
  scope: { functionKey: 'p1:default:f', ...scope } as FunctionMeasurement['scope'],
});

it('counts a call that began yesterday in the minute in which it ended', async () => {
  expect(await telemetry.metrics.measure([minuteOf('count'), minuteOf('maxDuration')])).toEqual([
    [0, 3],
    [undefined, 500],
  ]);
});

it('counts the calls of a version or an alias only, and those of each function for itself', async () => {
  const scopes = [
    { kind: 'version', version: 'v1' },
    { kind: 'alias', alias: 'prod' },
    { kind: 'version', version: 'v2' },
    { kind: 'function', functionKey: 'p1:default:other' },
    { kind: 'function', functionKey: 'p1:default:unknown' },
  ];
  const values = await telemetry.metrics.measure(scopes.map((scope) => minuteOf('count', scope)));
  expect(values.map(([, last]) => last)).toEqual([2, 1, 0, 1, 0]);
});

it('answers in the order of the measurements, however many minutes they have', async () => {
  const wide = { ...minuteOf('count'), period: 60, periods: 10, from: MIDNIGHT / MINUTE_MS - 540 };
  const values = await telemetry.metrics.measure(
    Array.from({ length: 40 }, (_, at) => (at === 39 ? minuteOf('count') : wide)),
  );
  expect(values).toHaveLength(40);
  expect(values[38]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
  expect(values[39]).toEqual([0, 3]);
});
