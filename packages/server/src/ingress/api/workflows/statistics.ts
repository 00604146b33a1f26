import type { RouteResponse, Routes } from '@funcgraph/api';
import type { FlowPoint } from '../../../flows/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { lastMinutes, type MetricRange, requestedSteps } from '../metric-steps.ts';

type Statistics = RouteResponse<Routes['showTenantMetric']>;

interface AuthorizationInput {
  readonly period?: string | undefined;
  readonly start_time?: string | undefined;
  readonly end_time?: string | undefined;
}

const SERIES = {
  totalCount: ['count', ({ count }) => count],
  errorCount: ['fail_count', ({ failed }) => failed],
  averageDuration: ['duration', ({ averageMs }) => averageMs],
  running: ['running_count', ({ running }) => running],
  rejectCount: ['reject_count', ({ rejected }) => rejected],
} as const satisfies Record<string, readonly [keyof Statistics, (point: FlowPoint) => number]>;

const DEFAULT_PERIOD = '60';

/** The range of `start_time` and `end_time` in ms since the epoch, else of the last `period` minutes. Throws `invalid_request`. */
export function statisticsRange(
  { period, start_time: from, end_time: to }: AuthorizationInput,
  now: number,
  mostMinutes: number,
): MetricRange {
  if (!from && !to) return lastMinutes(period || DEFAULT_PERIOD, now, mostMinutes);
  return requestedSteps({ from: timeText(from, 'start_time'), to: timeText(to, 'end_time') }, now);
}

function timeText(text: string | undefined, field: string): string | undefined {
  if (!text) return undefined;
  if (/^\d{1,14}$/.test(text)) return new Date(Number(text)).toISOString();
  throw new PlatformError('invalid_request', `${field} must be in milliseconds since 1970`);
}

/** The series of one `metric_type`; all of them for none or an unknown one. */
export function statisticsReply(points: readonly FlowPoint[], metricType?: string): Statistics {
  const chosen = Object.entries(SERIES).filter(([type]) => type === metricType);
  const shown = chosen.length === 0 ? Object.entries(SERIES) : chosen;
  return Object.fromEntries(
    shown.map(([, [name, pick]]) => [name, points.map((point) => ({ timestamp: point.time, value: pick(point) }))]),
  );
}
