import { LIMITS } from '@funcgraph/api';
import { ALARM_PERIODS } from './read-settings.ts';
import type { AlarmRule } from './types.ts';

const MINUTE_MS = 60_000;
/** After a longer stop, only the last ones are judged. */
const MOST_PERIODS = 10;

/** The most minutes before the present one that a rule reads. */
export const LONGEST_WINDOW = windowOf({ period: Math.max(...ALARM_PERIODS), periods: LIMITS.alarmPeriods });

/** Minutes before the present one that a rule reads, with the periods that are judged late. */
export function windowOf({ period, periods }: { readonly period: number; readonly periods: number }): number {
  return period * (periods + MOST_PERIODS);
}

/** The lengths of periods of which one has ended after `judgedTo` and up to `end`, in minutes. */
export function duePeriods(judgedTo: number, end: number): number[] {
  return ALARM_PERIODS.filter((period) => lastEnd(end, period) > lastEnd(judgedTo, period));
}

/** The ends of the periods of a rule that are to be judged, oldest first. Periods begin at multiples of their length, UTC. */
export function endsToJudge(
  { period, judgedTo }: Pick<AlarmRule, 'period' | 'judgedTo'>,
  judgedBefore: number,
  end: number,
): number[] {
  const periodMs = period * MINUTE_MS;
  const last = lastEnd(end, period);
  const from = Math.max(lastEnd(Math.max(judgedTo, judgedBefore), period), last - MOST_PERIODS * periodMs);
  return Array.from({ length: Math.max(0, (last - from) / periodMs) }, (_, index) => from + (index + 1) * periodMs);
}

function lastEnd(time: number, period: number): number {
  const periodMs = period * MINUTE_MS;
  return Math.floor(time / periodMs) * periodMs;
}
