import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAUSES } from '@funcgraph/api';
import Database from 'better-sqlite3';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { dayMs } from '../day.ts';
import { openTelemetry, type Telemetry } from '../index.ts';
import { invocationRecord, writeOldRecords } from '../testing.ts';
import type { InvocationRecord } from '../types.ts';
import type { MetricPoint } from './types.ts';

const MINUTE = 60_000;
const start = Date.UTC(2026, 2, 10, 12);
const root = mkdtempSync(join(tmpdir(), 'fg-metrics-'));
const open: Telemetry[] = [];
let folders = 0;

afterEach(async () => {
  for (const telemetry of open.splice(0)) await telemetry.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function opened(clock = new ManualClock(start), dir = join(root, `${folders++}`), retainDays = 3) {
  const onError = (error: unknown): never => {
    throw error;
  };
  const telemetry = await openTelemetry({ dir, retainDays, clock, onError });
  open.push(telemetry);
  return { telemetry, clock, dir };
}

const call = (startedAt: number, more: Partial<InvocationRecord> = {}): InvocationRecord =>
  invocationRecord({ startedAt, functionKey: 'p1:default:f', handlerMs: 10, finishedAt: startedAt + 10, ...more });
const failure = (outcome: string, component = 'function'): Partial<InvocationRecord> => ({ outcome, component });
const fn = { kind: 'function', functionKey: 'p1:default:f' } as const;

async function total(telemetry: Telemetry, scope: Parameters<Telemetry['metrics']['series']>[0]['scope'] = fn) {
  const points = await telemetry.metrics.series({ scope, from: start - dayMs, to: start + dayMs, stepMs: 60 * MINUTE });
  const sum = (pick: (point: MetricPoint) => number): number => points.reduce((all, point) => all + pick(point), 0);
  return { count: sum((p) => p.count), failed: sum((p) => p.failed), rejected: sum((p) => p.rejected) };
}

describe('minutes of functions', { timeout: 60_000 }, () => {
  it('of a deleted function are removed, with those that are not written yet, and those of its project stay', async () => {
    const { telemetry } = await opened();
    telemetry.records.append(call(start - dayMs));
    telemetry.records.append(call(start));
    expect(await total(telemetry)).toMatchObject({ count: 2 });
    telemetry.records.append(call(start + 1));
    await telemetry.metrics.addGauges([{ ...fn, qualifier: '', concurrency: 1, reserved: 1, instances: 1 }], start);
    await telemetry.metrics.forget(fn.functionKey);
    expect(await total(telemetry)).toMatchObject({ count: 0 });
    const [point] = await telemetry.metrics.series({ scope: fn, from: start, to: start, stepMs: MINUTE });
    expect(point).toMatchObject({ reserved: 0, instances: 0 });
    expect(await total(telemetry, { kind: 'project', projectId: 'p1' })).toMatchObject({ count: 3 });
    telemetry.records.append(call(start + 2));
    expect(await total(telemetry)).toMatchObject({ count: 1 });
  });

  it('before the creation of a function are those of another one', async () => {
    const { telemetry } = await opened();
    telemetry.records.append(call(start - MINUTE));
    telemetry.records.append(call(start));
    const range = { scope: fn, from: start - MINUTE, to: start, stepMs: MINUTE };
    const points = await telemetry.metrics.series({ ...range, notBefore: start + 1 });
    expect(points.map(({ count }) => count)).toEqual([0, 1]);
  });

  it('count every request once, where it ended, under its cause', async () => {
    const { telemetry } = await opened();
    telemetry.records.append(call(start));
    telemetry.records.append(call(start + 1, { cold: true, initMs: 30 }));
    telemetry.records.append(call(start + 2, { ...failure('throttled', 'admission'), handlerMs: 0 }));
    telemetry.records.append(call(start + 3, failure('crashed')));
    telemetry.records.append(call(start + 4, failure('crashed', 'instance')));
    telemetry.records.append(call(start + 5, failure('cancelled', 'admission')));
    for (const outcome of ['init_failed', 'load_failed', 'timeout', 'memory_exceeded', 'disk_exceeded']) {
      telemetry.records.append(call(start + 6, failure(outcome)));
    }
    telemetry.records.append(call(start + 59_999, { finishedAt: start + MINUTE + 9 }));
    const [first, second] = await telemetry.metrics.series({
      scope: fn,
      from: start,
      to: start + MINUTE,
      stepMs: MINUTE,
    });
    expect(first).toMatchObject({ time: start, count: 11, failed: 8, rejected: 1, cold: 1, minMs: 10, maxMs: 40 });
    expect(CAUSES.map((cause) => first?.causes[cause])).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(second).toMatchObject({ time: start + MINUTE, count: 1, failed: 0 });
  });

  it('are zeros in steps without calls, and steps begin at multiples of their length', async () => {
    const { telemetry } = await opened();
    telemetry.records.append(call(start + 7 * MINUTE));
    const query = { scope: fn, from: start - 3 * MINUTE, to: start + 12 * MINUTE, stepMs: 5 * MINUTE };
    const points = await telemetry.metrics.series(query);
    expect(points.map(({ time, count }) => [(time - start) / MINUTE, count])).toEqual([
      [-5, 0],
      [0, 0],
      [5, 1],
      [10, 0],
    ]);
    expect(points[0]).toMatchObject({ minMs: 0, maxMs: 0, averageMs: 0, p99Ms: 0, concurrency: 0 });
    for (const wrong of [{ stepMs: 1000 }, { stepMs: MINUTE, to: start + 30 * dayMs }, { to: start - dayMs }]) {
      await expect(telemetry.metrics.series({ ...query, ...wrong })).rejects.toMatchObject({ code: 'telemetry.query' });
    }
  });

  it('tell versions, aliases, functions and projects apart', async () => {
    const { telemetry } = await opened();
    telemetry.records.append(call(start));
    telemetry.records.append(call(start, { version: 'v1', alias: 'live' }));
    telemetry.records.append(call(start, { version: 'v2', alias: 'live' }));
    telemetry.records.append(call(start, { version: 'v1' }));
    telemetry.records.append(call(start, { functionKey: 'p1:default:g' }));
    telemetry.records.append(call(start, { functionKey: 'p2:default:f' }));
    const { functionKey } = fn;
    expect(await total(telemetry)).toMatchObject({ count: 4 });
    expect(await total(telemetry, { kind: 'version', functionKey, version: 'v1' })).toMatchObject({ count: 2 });
    expect(await total(telemetry, { kind: 'alias', functionKey, alias: 'live' })).toMatchObject({ count: 2 });
    expect(await total(telemetry, { kind: 'project', projectId: 'p1' })).toMatchObject({ count: 5 });
    expect(await total(telemetry, { kind: 'project', projectId: 'p' })).toMatchObject({ count: 0 });
  });

  it('include counts from before a restart, and a call that ended on the next day', async () => {
    const clock = new ManualClock(start);
    const { telemetry, dir } = await opened(clock);
    telemetry.records.append(call(start));
    const midnight = Date.UTC(2026, 2, 11);
    clock.advance(midnight - start);
    telemetry.records.append(call(midnight - 5, { handlerMs: 20, finishedAt: midnight + 15 }));
    await telemetry.close();
    const { telemetry: again } = await opened(clock, dir);
    again.records.append(call(start + 1));
    again.records.append(call(midnight + 20));
    expect(await total(again)).toMatchObject({ count: 4 });
    const points = await again.metrics.series({ scope: fn, from: midnight, to: midnight, stepMs: MINUTE });
    expect(points.map(({ count, maxMs }) => [count, maxMs])).toEqual([[2, 20]]);
  });

  it('know quantiles to 5 %', async () => {
    const { telemetry } = await opened();
    for (let ms = 1; ms <= 1000; ms += 1) {
      telemetry.records.append(
        call(start + (ms % 7) * MINUTE, { handlerMs: ms, finishedAt: start + (ms % 7) * MINUTE }),
      );
    }
    const [point] = await telemetry.metrics.series({ scope: fn, from: start, to: start, stepMs: 60 * MINUTE });
    const near = (ms: number | undefined, exact: number): void => {
      expect(Math.abs((ms ?? 0) / exact - 1)).toBeLessThan(0.05);
    };
    near(point?.p50Ms, 500);
    near(point?.p95Ms, 950);
    near(point?.p99Ms, 990);
    expect(point).toMatchObject({ minMs: 1, maxMs: 1000, averageMs: 500.5, count: 1000 });
  });

  it('keep the maximum of the samples', async () => {
    const { telemetry } = await opened();
    const { metrics } = telemetry;
    const sample = { functionKey: fn.functionKey, qualifier: '!live', concurrency: 3, reserved: 1, instances: 2 };
    await metrics.addGauges([sample], start);
    await metrics.addGauges([{ ...sample, concurrency: 1, instances: 5 }], start + 10_000);
    const scope = { kind: 'alias', functionKey: fn.functionKey, alias: 'live' } as const;
    const [point] = await metrics.series({ scope, from: start, to: start, stepMs: MINUTE });
    expect(point).toMatchObject({ concurrency: 3, reserved: 1, instances: 5, count: 0 });
  });

  it('rank functions of a project', async () => {
    const { telemetry } = await opened();
    for (const [name, failed] of [
      ['a', 1],
      ['b', 3],
      ['c', 0],
    ] as const) {
      for (let n = 0; n < 4; n += 1) {
        const more = n < failed ? failure('function_error') : {};
        telemetry.records.append(call(start, { functionKey: `p1:default:${name}`, ...more }));
      }
    }
    const query = { projectId: 'p1', from: start - MINUTE, to: start + MINUTE, limit: 2 };
    const failing = await telemetry.metrics.rank({ ...query, by: 'failcount' });
    expect(failing).toEqual([
      { functionKey: 'p1:default:b', value: 3 },
      { functionKey: 'p1:default:a', value: 1 },
    ]);
    expect(await telemetry.metrics.rank({ ...query, by: 'count' })).toHaveLength(2);
  });
});

describe('months', { timeout: 60_000 }, () => {
  it.each([1, 3])('are known when %i days of files are kept, once each, over restarts', async (retainDays) => {
    const first = Date.UTC(2026, 1, 26, 12);
    const clock = new ManualClock(first);
    const dir = join(root, `months-${retainDays}`);
    for (let day = 0; day < 6; day += 1) {
      const { telemetry } = await opened(clock, dir, retainDays);
      telemetry.records.append(call(clock.now(), { memoryMb: 512, handlerMs: 2000 }));
      telemetry.records.append(call(clock.now(), { ...failure('throttled', 'admission'), handlerMs: 0 }));
      await telemetry.close();
      clock.advance(dayMs);
    }
    const { telemetry } = await opened(clock, dir, retainDays);
    expect(await telemetry.metrics.months('p1', clock.now(), 3)).toEqual([
      { month: '2026-01', calls: 0, gbSeconds: 0 },
      { month: '2026-02', calls: 3, gbSeconds: 3 },
      { month: '2026-03', calls: 3, gbSeconds: 3 },
    ]);
  });
});

describe('records', { timeout: 60_000 }, () => {
  it('are found by result, cause, version, alias, duration and kind of start', async () => {
    const { telemetry } = await opened();
    const ids = async (more: object): Promise<string[]> => {
      const query = { functionKey: fn.functionKey, from: start, to: start + MINUTE, limit: 100, ...more };
      return (await telemetry.records.list(query)).records.map((record) => record.requestId);
    };
    telemetry.records.append(call(start + 1, { requestId: 'ok' }));
    telemetry.records.append(call(start + 2, { requestId: 'slow', handlerMs: 900, version: 'v1', alias: 'live' }));
    telemetry.records.append(call(start + 3, { requestId: 'late', ...failure('timeout', 'timeout'), cold: true }));
    telemetry.records.append(call(start + 4, { requestId: 'full', ...failure('throttled', 'admission') }));
    expect(await ids({ result: 'success' })).toEqual(['slow', 'ok']);
    expect(await ids({ result: 'failed' })).toEqual(['late']);
    expect(await ids({ result: 'rejected' })).toEqual(['full']);
    expect(await ids({ cause: 'timeout' })).toEqual(['late']);
    expect(await ids({ cause: 'memory' })).toEqual([]);
    expect(await ids({ cold: true })).toEqual(['late']);
    expect(await ids({ minDurationMs: 900 })).toEqual(['slow']);
    expect(await ids({ version: 'v1' })).toEqual(['slow']);
    expect(await ids({ alias: 'live', result: 'success' })).toEqual(['slow']);
  });

  it('of a file of an older release are found too', async () => {
    const { telemetry, dir, clock } = await opened();
    await telemetry.close();
    rmSync(join(dir, 'logs'), { recursive: true });
    mkdirSync(join(dir, 'logs'));
    const db = new Database(join(dir, 'logs', '2026-03-10.db'));
    writeOldRecords(db, [call(start, { requestId: 'old', ...failure('timeout', 'timeout') })]);
    db.close();
    const { telemetry: again } = await opened(clock, dir);
    const query = {
      functionKey: fn.functionKey,
      from: start,
      to: start + MINUTE,
      limit: 10,
      cause: 'timeout',
    } as const;
    expect((await again.records.list(query)).records.map((record) => record.requestId)).toEqual(['old']);
    expect(await again.metrics.series({ scope: fn, from: start, to: start, stepMs: MINUTE })).toMatchObject([
      { count: 1, failed: 1 },
    ]);
  });
});

it('a day of many records adds up to their sum', { timeout: 120_000 }, async () => {
  const midnight = Date.UTC(2026, 2, 9);
  const { telemetry } = await opened();
  const expected = new Map<string, { count: number; failed: number; rejected: number; durationMs: number }>();
  for (let n = 0; n < 20_000; n += 1) {
    const startedAt = midnight + n * 4320;
    const functionKey = `p1:default:f${n % 7}`;
    const outcome = n % 11 === 0 ? 'timeout' : n % 13 === 0 ? 'throttled' : 'ok';
    const handlerMs = outcome === 'throttled' ? 0 : 1 + (n % 500);
    telemetry.records.append(call(startedAt, { functionKey, outcome, handlerMs, finishedAt: startedAt + handlerMs }));
    const sum = expected.get(functionKey) ?? { count: 0, failed: 0, rejected: 0, durationMs: 0 };
    sum.count += 1;
    sum.failed += outcome === 'timeout' ? 1 : 0;
    sum.rejected += outcome === 'throttled' ? 1 : 0;
    sum.durationMs += handlerMs;
    expected.set(functionKey, sum);
    if (n % 5000 === 0) await telemetry.records.flush();
  }
  const all = { from: midnight, to: midnight + dayMs - 1, stepMs: 15 * MINUTE };
  for (const [functionKey, sum] of expected) {
    const points = await telemetry.metrics.series({ scope: { kind: 'function', functionKey }, ...all });
    const seen = { count: 0, failed: 0, rejected: 0, durationMs: 0 };
    for (const { count, failed, rejected, averageMs } of points) {
      seen.count += count;
      seen.failed += failed;
      seen.rejected += rejected;
      seen.durationMs += averageMs * (count - rejected);
    }
    expect({ ...seen, durationMs: Math.round(seen.durationMs) }).toEqual(sum);
  }
  const project = await telemetry.metrics.series({ scope: { kind: 'project', projectId: 'p1' }, ...all });
  expect(project).toHaveLength(96);
  expect(project.reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
});
