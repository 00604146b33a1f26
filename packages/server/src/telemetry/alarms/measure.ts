import type { AlarmMetric, AlarmMinute, AlarmStatistic, Measurement, Values } from './types.ts';

/**
 * Values of the periods of a measurement, made of the minutes that have calls. A minute without calls has the count 0 and
 * no duration. The average of `duration` is that of all calls of the period; all other statistics compare minutes.
 */
export function measure(measurement: Measurement, minutes: Iterable<AlarmMinute>): Values {
  const { from, period, periods } = measurement;
  const byPeriod = Array.from({ length: periods }, (): AlarmMinute[] => []);
  for (const minute of minutes) byPeriod[Math.floor((minute.minute - from) / period)]?.push(minute);
  return byPeriod.map((present) => valueOfPeriod(measurement, present));
}

function valueOfPeriod(
  { metric, statistic, period }: Measurement,
  minutes: readonly AlarmMinute[],
): number | undefined {
  switch (metric) {
    case 'count':
      return ofCounts(statistic, period, minutes, ({ count }) => count);
    case 'failcount':
    case 'fail_count':
      return ofCounts(statistic, period, minutes, ({ failed }) => failed);
    case 'rejectcount':
    case 'reject_count':
      return ofCounts(statistic, period, minutes, ({ rejected }) => rejected);
    case 'concurrency':
    case 'running_count':
      return ofCounts(statistic, period, minutes, ({ running }) => running);
    case 'reservedinstancenum':
      return ofCounts(statistic, period, minutes, ({ reserved }) => reserved);
    case 'duration':
      return ofDurations(
        statistic,
        minutes.filter(({ ran }) => ran > 0),
      );
    case 'maxDuration':
      return ofValues(
        statistic,
        minutes.filter(({ ran }) => ran > 0).map(({ maxMs }) => maxMs),
      );
    case 'minDuration':
      return ofValues(
        statistic,
        minutes.filter(({ ran }) => ran > 0).map(({ minMs }) => minMs),
      );
  }
}

function ofCounts(
  statistic: AlarmStatistic,
  period: number,
  minutes: readonly AlarmMinute[],
  pick: (minute: AlarmMinute) => number,
): number {
  const values = minutes.map(pick);
  switch (statistic) {
    case 'sum':
      return total(values);
    case 'average':
      return total(values) / period;
    case 'maximum':
      return Math.max(0, ...values);
    case 'minimum':
      return values.length < period ? 0 : Math.min(...values);
  }
}

function ofDurations(statistic: AlarmStatistic, minutes: readonly AlarmMinute[]): number | undefined {
  if (minutes.length === 0) return undefined;
  const sum = total(minutes.map(({ durationMs }) => durationMs));
  switch (statistic) {
    case 'sum':
      return sum;
    case 'average':
      return sum / total(minutes.map(({ ran }) => ran));
    case 'maximum':
      return Math.max(...minutes.map(({ maxMs }) => maxMs));
    case 'minimum':
      return Math.min(...minutes.map(({ minMs }) => minMs));
  }
}

function ofValues(statistic: AlarmStatistic, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  switch (statistic) {
    case 'sum':
      return total(values);
    case 'average':
      return total(values) / values.length;
    case 'maximum':
      return Math.max(...values);
    case 'minimum':
      return Math.min(...values);
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

const GAUGES: ReadonlySet<AlarmMetric> = new Set(['concurrency', 'reservedinstancenum', 'running_count']);
const EXTREMES: ReadonlySet<AlarmMetric> = new Set(['maxDuration', 'minDuration']);

/** Why a metric has no such statistic; undefined when it has. */
export function statisticRefusal(
  target: 'function' | 'flow',
  metric: AlarmMetric,
  statistic: AlarmStatistic,
): string | undefined {
  if (statistic === 'sum' && GAUGES.has(metric)) return 'numbers at one moment have no sum';
  if (statistic === 'sum' && EXTREMES.has(metric)) return 'the extremes of minutes have no sum';
  if (target === 'flow' && metric === 'duration' && (statistic === 'maximum' || statistic === 'minimum')) {
    return 'minutes of flows have the sum of the times only';
  }
  return undefined;
}
