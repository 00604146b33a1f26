export type TargetKind = 'function' | 'flow';
export const STATISTICS = ['sum', 'average', 'maximum', 'minimum'] as const;
export type Statistic = (typeof STATISTICS)[number];
export const COMPARISONS = ['>', '>=', '<', '<='] as const;
/** Minutes. */
export const PERIODS = [1, 5, 15, 30, 60] as const;

export const METRICS = {
  function: [
    'count',
    'failcount',
    'rejectcount',
    'duration',
    'maxDuration',
    'minDuration',
    'concurrency',
    'reservedinstancenum',
  ],
  flow: ['count', 'fail_count', 'reject_count', 'duration', 'running_count'],
} as const;
export type Metric = (typeof METRICS)[TargetKind][number];

const COUNTS: ReadonlySet<string> = new Set(['count', 'failcount', 'rejectcount', 'fail_count', 'reject_count']);

export const isTime = (metric: string): boolean => metric.toLowerCase().endsWith('duration');

/** What the server can compute of a metric, the usual one first. */
export function statisticsOf(kind: TargetKind, metric: string): readonly Statistic[] {
  if (COUNTS.has(metric)) return STATISTICS;
  if (metric !== 'duration') return ['maximum', 'average', 'minimum'];
  // minutes of flows have sums only
  return kind === 'flow' ? ['average', 'sum'] : ['average', 'maximum', 'minimum', 'sum'];
}

export interface RuleTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly app: string;
  /** A version, or an alias after `!`; empty for the whole function. */
  readonly qualifier: string;
}

/** What a rule watches: `urn:fss:<region>:<project>:function|workflow:<package>:<name>[:<version or alias>]`. */
export function targetOf(urn: string): RuleTarget {
  const [, , , , resource = '', app = '', name = urn, qualifier = ''] = urn.split(':');
  const kind = resource === 'workflow' ? 'flow' : 'function';
  return { kind, name, app, qualifier: kind === 'flow' || qualifier === 'latest' ? '' : qualifier };
}
