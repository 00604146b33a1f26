import { flag, type Noun } from '../../framework/index.ts';
import { operation, QUALIFIED_FUNCTION } from '../../operations/index.ts';
import { RANGE_FLAGS, rangeQuery, seriesRows } from './series.ts';
import { top } from './top.ts';

const SERIES = {
  rows: seriesRows,
  columns: {
    time: 'TIME',
    count: 'CALLS',
    failed: 'FAILED',
    rejected: 'REJECTED',
    cold: 'COLD',
    duration_ms: 'AVG MS',
    p50_ms: 'P50',
    p95_ms: 'P95',
    p99_ms: 'P99',
    max_ms: 'MAX',
    concurrency: 'AT ONCE',
    reserved_instances: 'RESERVED',
    why: 'CAUSES',
  },
  none: 'nothing happened in this time',
} as const;

export const metrics: Noun = {
  name: 'metrics',
  summary: 'Counts, failures and durations of invocations',
  commands: [
    operation('metrics show', 'showMetrics', {
      summary: 'Calls, failures by cause, durations and concurrency of a function over time',
      args: [QUALIFIED_FUNCTION],
      flags: {
        qualifier: flag.text('VERSION|!ALIAS', 'only this version, or alias after !'),
        ...RANGE_FLAGS,
      },
      fields: (flags, _, { now }) => rangeQuery(flags, now()),
      examples: ['fgs metrics show hello', "fgs metrics show hello --qualifier '!live' --since 1d --step 1h"],
      ...SERIES,
    }),
    operation('metrics project', 'showProjectMetrics', {
      flags: RANGE_FLAGS,
      fields: (flags, _, { now }) => rangeQuery(flags, now()),
      examples: ['fgs metrics project', 'fgs metrics project --since 3d'],
      ...SERIES,
    }),
    top,
    operation('metrics usage', 'listStatistics', {
      summary: 'Calls and GB-seconds of the project by month (UTC), the last six',
      fields: { filter: 'monthly_report', option: '3' },
      examples: ['fgs metrics usage'],
      rows({ count = [], gbs = [] }) {
        const used = new Map(gbs.map(({ date, value }) => [date, value]));
        return count.map(({ date, value }) => ({ month: date, calls: value, gb_seconds: used.get(date) ?? 0 }));
      },
      columns: { month: 'MONTH', calls: 'CALLS', gb_seconds: 'GB-SECONDS' },
      none: 'nothing is known',
    }),
  ],
};
