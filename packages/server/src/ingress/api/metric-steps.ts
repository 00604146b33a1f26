import { PlatformError } from '../../lib/platform-error.ts';
import { MAX_POINTS } from '../../telemetry/index.ts';
import { timeRange } from './time-range.ts';

const MINUTE_MS = 60_000;
/** A longest range in minutes, and its step: at most 100 points. */
const STEPS: ReadonlyArray<readonly [range: number, step: number]> = [
  [60, 1],
  [300, 5],
  [1440, 15],
  [4320, 60],
  [17_280, 180],
];
const DAY_MINUTES = 1440;

export interface MetricRange {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

function stepFor(minutes: number): number {
  return (STEPS.find(([range]) => minutes <= range)?.[1] ?? DAY_MINUTES) * MINUTE_MS;
}

/** This many minutes until now; the last step is the present one. Throws `invalid_request`. */
export function lastMinutes(text: string, now: number, mostMinutes: number): MetricRange {
  const minutes = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > mostMinutes) {
    throw new PlatformError('invalid_request', `period must be a number of minutes from 1 to ${mostMinutes}`, {
      hint: 'Metrics are kept for as many days as logs.',
    });
  }
  const stepMs = stepFor(minutes);
  // as many whole steps as the period has, with the current one
  return { from: now - minutes * MINUTE_MS + stepMs, to: now, stepMs };
}

export interface RequestedRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly step?: string | undefined;
}

/** The last hour by default. Throws `invalid_request`. */
export function requestedSteps(requested: RequestedRange, now: number): MetricRange {
  const range = timeRange(requested.from, requested.to, now);
  // the end is exclusive for callers, and names the last step here
  const to = Math.max(range.to - 1, range.from);
  const stepMs = requested.step === undefined ? stepFor((to - range.from) / MINUTE_MS) : Number(requested.step) * 1000;
  if (stepMs < MINUTE_MS || stepMs % MINUTE_MS !== 0 || stepMs > DAY_MINUTES * MINUTE_MS) {
    throw new PlatformError('invalid_request', 'step must be whole minutes in seconds, from 60 to 86400');
  }
  if ((to - range.from) / stepMs >= MAX_POINTS) {
    throw new PlatformError('invalid_request', `the range has more than ${MAX_POINTS} steps`, {
      hint: 'Use a longer step or a shorter range.',
    });
  }
  return { from: range.from, to, stepMs };
}
