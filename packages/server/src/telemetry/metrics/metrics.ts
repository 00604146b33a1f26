import type { WorkerThread } from '../../lib/worker-thread.ts';
import type { AlarmMinute, AlarmReading, FunctionMeasurement, Values } from '../alarms/types.ts';
import { TelemetryError } from '../errors.ts';
import { isTime } from '../range.ts';
import type { TelemetryCall, TelemetryResult } from '../thread-calls.ts';
import { MINUTE_MS } from './minute-table.ts';
import type { MetricStep, RankRow } from './series.ts';
import type { GaugeSample, MetricPoint, MetricQuery, MonthUsage, Ranked, RankQuery, Totals } from './types.ts';

/** Largest number of points of one query. */
export const MAX_POINTS = 1500;
const MAX_SAMPLES = 20_000;

export interface MetricsOptions {
  readonly thread: WorkerThread<TelemetryCall, TelemetryResult>;
  /** Resolves when all earlier records are written. */
  readonly flush: () => Promise<void>;
}

/** Metrics of invocations. Answers include every record appended before the query. */
export class Metrics {
  readonly #options: MetricsOptions;

  constructor(options: MetricsOptions) {
    this.#options = options;
  }

  /** Throws `telemetry.query` for an invalid range or step. */
  async series(query: MetricQuery): Promise<readonly MetricPoint[]> {
    checkSteps(query);
    const result = await this.#ask({ op: 'series', query });
    if (result.op !== 'series') throw new Error(`unexpected answer ${result.op}`);
    return result.points;
  }

  /** Like `series`, as sums. */
  async steps(query: MetricQuery): Promise<readonly MetricStep[]> {
    checkSteps(query);
    const result = await this.#ask({ op: 'steps', query });
    if (result.op !== 'steps') throw new Error(`unexpected answer ${result.op}`);
    return result.steps;
  }

  /** Like `rank`, as sums of each function. */
  async rankRows(query: Omit<RankQuery, 'by' | 'limit'>): Promise<readonly RankRow[]> {
    checkRange(query);
    const result = await this.#ask({ op: 'rank-rows', query });
    if (result.op !== 'rank-rows') throw new Error(`unexpected answer ${result.op}`);
    return result.rows;
  }

  async rank(query: RankQuery): Promise<readonly Ranked[]> {
    checkRange(query);
    const result = await this.#ask({ op: 'rank', query });
    if (result.op !== 'rank') throw new Error(`unexpected answer ${result.op}`);
    return result.ranked;
  }

  /** The last months of a project, including this one, oldest first. */
  async months(projectId: string, now: number, months: number): Promise<readonly MonthUsage[]> {
    const result = await this.#ask({ op: 'months', projectId, now, months });
    if (result.op !== 'months') throw new Error(`unexpected answer ${result.op}`);
    return result.months;
  }

  /** Totals since the server started. */
  async totals(): Promise<Totals> {
    const result = await this.#ask({ op: 'totals' });
    if (result.op !== 'totals') throw new Error(`unexpected answer ${result.op}`);
    return result.totals;
  }

  /** Values for alarms, in the order of the measurements. */
  async measure(measurements: readonly FunctionMeasurement[]): Promise<readonly Values[]> {
    const values: Values[] = [];
    for (const batch of batchesOf(measurements, ({ period, periods }) => period * periods)) {
      const result = await this.#ask({ op: 'measure', measurements: batch });
      if (result.op !== 'measure') throw new Error(`unexpected answer ${result.op}`);
      values.push(...result.values);
    }
    return values;
  }

  /** The minutes with calls or instances of each of different scopes, without order. */
  async *alarmMinutes(
    readings: readonly AlarmReading[],
  ): AsyncGenerator<readonly [AlarmReading, readonly AlarmMinute[]]> {
    for (const batch of batchesOf(readings, ({ from, to }) => to - from)) {
      const result = await this.#ask({ op: 'alarm-minutes', readings: batch });
      if (result.op !== 'alarm-minutes') throw new Error(`unexpected answer ${result.op}`);
      for (const [at, reading] of batch.entries()) yield [reading, result.minutes[at] ?? []];
    }
  }

  /** Adds samples to the minute of `now`. Samples above `MAX_SAMPLES` are dropped. */
  async addGauges(samples: readonly GaugeSample[], now: number): Promise<void> {
    if (samples.length === 0) return;
    await this.#options.thread.call({ op: 'gauges', samples: samples.slice(0, MAX_SAMPLES), now });
  }

  /** Removes all metrics of a deleted function: another one may take its name. Those of its project stay. */
  async forget(functionKey: string): Promise<void> {
    await this.#ask({ op: 'forget-metrics', functionKey });
  }

  async #ask(call: TelemetryCall): Promise<TelemetryResult> {
    await this.#options.flush();
    return this.#options.thread.call(call);
  }
}

function checkRange({ from, to }: { readonly from: number; readonly to: number }): void {
  if (isTime(from) && isTime(to) && from <= to) return;
  throw new TelemetryError('telemetry.query', 'the time range is empty', 'Pass milliseconds with from before to.');
}

function checkSteps(query: MetricQuery): void {
  checkRange(query);
  const { from, to, stepMs } = query;
  if (Number.isInteger(stepMs / MINUTE_MS) && stepMs >= MINUTE_MS && (to - from) / stepMs < MAX_POINTS) return;
  const hint = `Use whole minutes, and at most ${MAX_POINTS} steps.`;
  throw new TelemetryError('telemetry.query', `the step is ${stepMs} ms`, hint);
}

/** Minutes that one call of the thread may read: lines and records wait behind it. */
const BATCH_MINUTES = 10_000;

function* batchesOf<Item>(items: readonly Item[], minutesOf: (item: Item) => number): Generator<Item[]> {
  let batch: Item[] = [];
  let minutes = 0;
  for (const item of items) {
    batch.push(item);
    minutes += minutesOf(item);
    if (minutes < BATCH_MINUTES) continue;
    yield batch;
    [batch, minutes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
