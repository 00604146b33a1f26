import type { MetricScope } from '../metrics/types.ts';

export type AlarmState = 'ok' | 'alarm' | 'no_data';
export type AlarmStatistic = 'average' | 'maximum' | 'minimum' | 'sum';
export type AlarmComparison = '>' | '>=' | '<' | '<=';

export const FUNCTION_ALARM_METRICS = [
  'count',
  'failcount',
  'rejectcount',
  'concurrency',
  'reservedinstancenum',
  'duration',
  'maxDuration',
  'minDuration',
] as const;
export const FLOW_ALARM_METRICS = ['count', 'fail_count', 'reject_count', 'running_count', 'duration'] as const;
export type AlarmMetric = (typeof FUNCTION_ALARM_METRICS)[number] | (typeof FLOW_ALARM_METRICS)[number];

/** The sums of one minute that alarms need. Times are ms. */
export interface AlarmMinute {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly count: number;
  readonly failed: number;
  readonly rejected: number;
  /** Calls, or runs of a flow, that have a duration. */
  readonly ran: number;
  readonly durationMs: number;
  /** 0 for flows, whose minutes have sums only. */
  readonly maxMs: number;
  readonly minMs: number;
  /** Largest number at once: of calls, or of runs of a flow. */
  readonly running: number;
  readonly reserved: number;
}

/** The value of a metric in each of several periods, which follow one another. */
export interface Measurement {
  readonly metric: AlarmMetric;
  readonly statistic: AlarmStatistic;
  /** Minutes of a period. */
  readonly period: number;
  /** First minute of the first period, in minutes since the epoch. */
  readonly from: number;
  /** Number of periods. */
  readonly periods: number;
}

export type AlarmScope = Exclude<MetricScope, { kind: 'project' }>;

export interface FunctionMeasurement extends Measurement {
  readonly scope: AlarmScope;
}

/** Minutes of a scope, since the epoch; `to` is excluded. */
export interface AlarmReading {
  readonly scope: AlarmScope;
  readonly from: number;
  readonly to: number;
}

/** Oldest first; undefined in a period without a value. */
export type Values = ReadonlyArray<number | undefined>;
