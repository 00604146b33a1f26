import type { CallOutput } from '@funcgraph/api';
import { type FlagSpecs, type FlagValues, flag, usageError } from '../../framework/index.ts';
import { timeText } from '../time-text.ts';

type Point = CallOutput<'showMetrics'>['data']['points'][number];

export const RANGE_FLAGS = {
  since: flag.text('TIME', 'from when on: 15m, 2h, 1d or an RFC 3339 time', { fallback: '1h' }),
  until: flag.text('TIME', 'until when; now when absent'),
  step: flag.text('TIME', 'length of a step: 1m, 5m, 1h, 1d; chosen by the range when absent'),
  all: flag.boolean('also steps in which nothing happened'),
} as const satisfies FlagSpecs;

type RangeFlags = FlagValues<typeof RANGE_FLAGS>;

const UNIT_SECONDS = { m: 60, h: 3600, d: 86_400 } as const;

/** The query of a series. Throws a usage error for an invalid time. */
export function rangeQuery(
  { since, until, step }: RangeFlags,
  nowMs: number,
): { from: string; to?: string; step?: string } {
  const match = step === undefined ? undefined : /^(\d{1,4})([mhd])$/.exec(step);
  if (match === null)
    throw usageError(`--step is no length of time: ${JSON.stringify(step)}`, 'for example 1m, 5m, 1h');
  return {
    from: timeText(since, '--since', nowMs),
    ...(until === undefined ? {} : { to: timeText(until, '--until', nowMs) }),
    ...(match === undefined
      ? {}
      : { step: String(Number(match[1]) * UNIT_SECONDS[(match[2] ?? 'm') as keyof typeof UNIT_SECONDS]) }),
  };
}

/** The steps in which something happened, or all. */
export function seriesRows({ points }: { readonly points: readonly Point[] }, { all }: RangeFlags) {
  return points
    .filter(({ count, concurrency, instances }) => all || count + concurrency + instances > 0)
    .map((point) => ({ ...point, why: causesText(point.causes) }));
}

function causesText(causes: Readonly<Record<string, number>>): string {
  return Object.entries(causes)
    .filter(([, count]) => count > 0)
    .map(([cause, count]) => `${cause} ${count}`)
    .join(', ');
}
