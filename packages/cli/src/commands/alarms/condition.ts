import type { CallOutput } from '@funcgraph/api';
import { usageError } from '../../framework/index.ts';

type Alarm = CallOutput<'showAlarm'>['data'];

const STATISTICS: Readonly<Record<string, string>> = {
  avg: 'average',
  average: 'average',
  max: 'maximum',
  maximum: 'maximum',
  min: 'minimum',
  minimum: 'minimum',
  sum: 'sum',
};

/** `sum failcount >= 5` as fields of the request. */
export function parseCondition(text: string) {
  const [, short = '', metric = '', comparison = '', number = ''] =
    /^\s*(\w+)\s+(\w+)\s*(>=|<=|>|<)\s*([0-9.]+)\s*$/.exec(text) ?? [];
  const statistic = STATISTICS[short];
  const threshold = number === '' ? Number.NaN : Number(number);
  if (statistic !== undefined && Number.isFinite(threshold)) return { metric, statistic, comparison, threshold };
  throw usageError(
    `--when ${JSON.stringify(text)} is not a condition`,
    'Write "STATISTIC METRIC COMPARISON NUMBER", such as "sum failcount >= 5" or "avg duration > 800".',
  );
}

export function conditionText(alarm: Alarm): string {
  const { metric, statistic, comparison, threshold, period, periods, breaching_periods: breaching } = alarm;
  const short = statistic === 'sum' ? statistic : statistic.slice(0, 3).replace('ave', 'avg');
  const window = periods === 1 ? `${period} min` : `${breaching} of ${periods} × ${period} min`;
  return `${short} ${metric} ${comparison} ${threshold} in ${window}`;
}

/** `default/hello:!live`, or the name of a flow. */
export function targetText({ target_urn: urn }: Alarm): string {
  const [, , , , kind, pkg = '', name = '', qualifier] = urn.split(':');
  if (kind === 'workflow') return `flow ${name}`;
  return `${pkg}/${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
}
