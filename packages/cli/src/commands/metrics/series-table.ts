import type { CallOutput } from '@funcgraph/api';
import type { FlagSpecs, Output } from '../../framework/index.ts';
import { usageError } from '../../framework/index.ts';
import { timeText } from '../time-text.ts';

type Series = CallOutput<'showMetrics'>['data'];

export const RANGE_FLAGS = {
  since: {
    type: 'text',
    placeholder: 'TIME',
    fallback: '1h',
    summary: 'from when on: 15m, 2h, 1d or an RFC 3339 time',
  },
  until: { type: 'text', placeholder: 'TIME', summary: 'until when; now when absent' },
  step: {
    type: 'text',
    placeholder: 'TIME',
    summary: 'length of a step: 1m, 5m, 1h, 1d; chosen by the range when absent',
  },
  all: { type: 'boolean', summary: 'also steps in which nothing happened' },
} as const satisfies FlagSpecs;

const UNIT_SECONDS = { m: 60, h: 3600, d: 86_400 } as const;

interface RangeFlags {
  readonly since: string;
  readonly until: string | undefined;
  readonly step: string | undefined;
}

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

export function seriesTable({ points }: Series, all: boolean): Output {
  const happened = points.filter(({ count, concurrency, instances }) => all || count + concurrency + instances > 0);
  return {
    kind: 'table',
    columns: [
      { key: 'time', title: 'TIME' },
      { key: 'count', title: 'CALLS', align: 'right' },
      { key: 'failed', title: 'FAILED', align: 'right' },
      { key: 'rejected', title: 'REJECTED', align: 'right' },
      { key: 'cold', title: 'COLD', align: 'right' },
      { key: 'duration_ms', title: 'AVG MS', align: 'right' },
      { key: 'p50_ms', title: 'P50', align: 'right' },
      { key: 'p95_ms', title: 'P95', align: 'right' },
      { key: 'p99_ms', title: 'P99', align: 'right' },
      { key: 'max_ms', title: 'MAX', align: 'right' },
      { key: 'concurrency', title: 'AT ONCE', align: 'right' },
      { key: 'reserved_instances', title: 'RESERVED', align: 'right' },
      { key: 'why', title: 'CAUSES' },
    ],
    rows: happened.map((point) => ({ ...point, why: causesText(point.causes) })),
    none: 'nothing happened in this time',
  };
}

function causesText(causes: Readonly<Record<string, number>>): string {
  return Object.entries(causes)
    .filter(([, count]) => count > 0)
    .map(([cause, count]) => `${cause} ${count}`)
    .join(', ');
}
