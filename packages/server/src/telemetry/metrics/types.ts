import type { Cause } from '@funcgraph/api';

/** Scope of metrics: a function as a whole, one of its versions or aliases, or all functions of a project. */
export type MetricScope =
  | { readonly kind: 'project'; readonly projectId: string }
  | { readonly kind: 'function'; readonly functionKey: string }
  | { readonly kind: 'version'; readonly functionKey: string; readonly version: string }
  | { readonly kind: 'alias'; readonly functionKey: string; readonly alias: string };

export interface MetricQuery {
  readonly scope: MetricScope;
  /** Ms since the epoch; counts from the beginning of its step. */
  readonly from: number;
  /** Ms since the epoch; its step is the last one. */
  readonly to: number;
  /** Whole minutes, in ms. Steps begin at multiples of it. */
  readonly stepMs: number;
  /** Ms since the epoch: minutes before that of this time count as empty. */
  readonly notBefore?: number;
}

/** Metrics of one step. Times are ms, of initializer and handler together, of calls that reached one of them. */
export interface MetricPoint {
  /** Begin of the step, ms since the epoch. */
  readonly time: number;
  /** Every request, also those that failed or were rejected. */
  readonly count: number;
  /** Calls that failed, including those that could not start. */
  readonly failed: number;
  /** Calls refused by a limit. */
  readonly rejected: number;
  readonly cold: number;
  readonly causes: Readonly<Record<Cause, number>>;
  readonly averageMs: number;
  readonly maxMs: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Memory size times billed time. */
  readonly gbSeconds: number;
  /** Peak number of concurrent calls. */
  readonly concurrency: number;
  /** Peak number of reserved instances. */
  readonly reserved: number;
  readonly instances: number;
}

/** Counts of the main thread since the last sample. `qualifier` is a version, an alias (`!name`), or empty. */
export interface GaugeSample {
  /** Of a function, or the key of a project. */
  readonly functionKey: string;
  readonly qualifier: string;
  readonly concurrency: number;
  readonly reserved: number;
  readonly instances: number;
}

export const RANKINGS = ['count', 'failcount', 'rejectcount', 'duration', 'maxDuration', 'minDuration'] as const;
export type Ranking = (typeof RANKINGS)[number];

export interface RankQuery {
  readonly projectId: string;
  readonly by: Ranking;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

export interface Ranked {
  readonly functionKey: string;
  /** A number of requests, or whole ms. */
  readonly value: number;
}

/** A month (UTC, `YYYY-MM`) of a project: calls that ran, and memory times billed time. */
export interface MonthUsage {
  readonly month: string;
  readonly calls: number;
  readonly gbSeconds: number;
}

/** Totals of one function since the server started. */
export interface FunctionTotals {
  readonly functionKey: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly rejected: number;
  readonly cold: number;
  readonly causes: Readonly<Record<Cause, number>>;
  readonly ran: number;
  readonly durationMs: number;
  readonly gbSeconds: number;
}

export interface Totals {
  readonly functions: readonly FunctionTotals[];
  /** Calls that took at most so many ms, of all functions. */
  readonly durations: ReadonlyArray<{ readonly leMs: number; readonly count: number }>;
  readonly ran: number;
  readonly durationMs: number;
}
