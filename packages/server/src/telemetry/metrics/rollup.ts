import { CAUSES, type Cause, causeOf, resultOf } from '@funcgraph/api/causes';
import type { InvocationRecord } from '../types.ts';
import { addTo, bucketOf, type Histogram, quantile } from './histogram.ts';
import type { MetricPoint } from './types.ts';

/** Sums over calls. */
export interface Rollup {
  count: number;
  failed: number;
  rejected: number;
  cold: number;
  /** Calls that have a duration. */
  ran: number;
  durationMs: number;
  maxMs: number;
  /** Infinity before the first call. */
  minMs: number;
  gbSeconds: number;
  readonly causes: Record<Cause, number>;
  readonly histogram: Histogram;
}

export interface Gauges {
  concurrency: number;
  reserved: number;
  instances: number;
}

export function noCauses(): Record<Cause, number> {
  return { init: 0, load: 0, system: 0, timeout: 0, memory: 0, disk: 0, code: 0 };
}

export function emptyRollup(): Rollup {
  return {
    count: 0,
    failed: 0,
    rejected: 0,
    cold: 0,
    ran: 0,
    durationMs: 0,
    maxMs: 0,
    minMs: Number.POSITIVE_INFINITY,
    gbSeconds: 0,
    causes: noCauses(),
    histogram: new Map(),
  };
}

/** The duration of a call: initializer and handler. 0 when neither was reached. */
export function durationOf({ initMs, handlerMs }: Pick<InvocationRecord, 'initMs' | 'handlerMs'>): number {
  const ms = initMs + handlerMs;
  return ms > 0 && Number.isFinite(ms) ? ms : 0;
}

export function addRecord(rollup: Rollup, record: InvocationRecord): void {
  const { outcome, component } = record;
  rollup.count += 1;
  const result = resultOf(outcome);
  if (result === 'rejected') {
    rollup.rejected += 1;
    return;
  }
  if (result === 'failed') rollup.failed += 1;
  const cause = causeOf(outcome, component ?? '');
  if (cause !== '') rollup.causes[cause] += 1;
  if (record.cold) rollup.cold += 1;
  const ms = durationOf(record);
  if (ms === 0) return;
  rollup.ran += 1;
  rollup.durationMs += ms;
  rollup.maxMs = Math.max(rollup.maxMs, ms);
  rollup.minMs = Math.min(rollup.minMs, ms);
  rollup.gbSeconds += (record.memoryMb / 1024) * (Math.ceil(ms) / 1000);
  addTo(rollup.histogram, bucketOf(ms), 1);
}

export function addRollup(sum: Rollup, other: Rollup): void {
  sum.count += other.count;
  sum.failed += other.failed;
  sum.rejected += other.rejected;
  sum.cold += other.cold;
  sum.ran += other.ran;
  sum.durationMs += other.durationMs;
  sum.maxMs = Math.max(sum.maxMs, other.maxMs);
  sum.minMs = Math.min(sum.minMs, other.minMs);
  sum.gbSeconds += other.gbSeconds;
  for (const cause of CAUSES) sum.causes[cause] += other.causes[cause];
  for (const [bucket, count] of other.histogram) addTo(sum.histogram, bucket, count);
}

export function pointOf(time: number, rollup: Rollup, gauges: Gauges): MetricPoint {
  const { count, failed, rejected, cold, causes, ran, durationMs, maxMs, gbSeconds, histogram } = rollup;
  const minMs = ran === 0 ? 0 : rollup.minMs;
  const at = (share: number): number => round(quantile(histogram, share, { minMs, maxMs }));
  return {
    time,
    ...{ count, failed, rejected, cold, causes: { ...causes } },
    averageMs: ran === 0 ? 0 : round(durationMs / ran),
    maxMs: round(maxMs),
    minMs: round(minMs),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    gbSeconds: Math.round(gbSeconds * 1e6) / 1e6,
    ...gauges,
  };
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
