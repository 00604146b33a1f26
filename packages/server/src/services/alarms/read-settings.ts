import { LIMITS, parseTopicUrn } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import {
  type AlarmComparison,
  type AlarmState,
  type AlarmStatistic,
  FLOW_ALARM_METRICS,
  FUNCTION_ALARM_METRICS,
  statisticRefusal,
} from '../../telemetry/index.ts';
import type { AlarmSettings, AlarmTarget } from './types.ts';

/** Settings as a request has them; what is left out has its default, or stays. */
export interface RequestedAlarm {
  readonly description?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly metric?: string | undefined;
  readonly statistic?: string | undefined;
  readonly period?: number | undefined;
  readonly comparison?: string | undefined;
  readonly threshold?: number | undefined;
  readonly periods?: number | undefined;
  readonly breaching?: number | undefined;
  readonly missing?: string | undefined;
  readonly topics?: readonly string[] | undefined;
  readonly notifyOn?: readonly string[] | undefined;
}

export const ALARM_PERIODS: readonly number[] = [1, 5, 15, 30, 60];
const STATISTICS: readonly AlarmStatistic[] = ['average', 'maximum', 'minimum', 'sum'];
const COMPARISONS: readonly AlarmComparison[] = ['>', '>=', '<', '<='];
const STATES: readonly AlarmState[] = ['alarm', 'ok', 'no_data'];
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

const DEFAULTS = {
  description: '',
  enabled: true,
  period: 5,
  periods: 1,
  missing: 'keep',
  topics: [],
  notifyOn: ['alarm', 'ok'],
} as const;

type Filled = RequestedAlarm & { readonly [Field in keyof typeof DEFAULTS]: NonNullable<RequestedAlarm[Field]> };

/** Throws `invalid_alarm`. */
export function checkAlarmName(name: string): void {
  if (NAME.test(name)) return;
  throw invalid(
    'name',
    JSON.stringify(name.slice(0, 80)),
    '1 to 128 letters, digits, _ and -; starts with one of the first two',
  );
}

/** Throws `invalid_alarm`, which names the field. */
export function readAlarmSettings(
  requested: RequestedAlarm,
  target: Pick<AlarmTarget, 'kind'>,
  before?: AlarmSettings,
): AlarmSettings {
  const filled = { ...DEFAULTS, ...(before === undefined ? {} : flat(before)), ...given(requested) } as Filled;
  const metrics = target.kind === 'flow' ? FLOW_ALARM_METRICS : FUNCTION_ALARM_METRICS;
  const metric = oneOf('metric', metrics, filled.metric);
  const statistic = oneOf('statistic', STATISTICS, filled.statistic);
  const refusal = statisticRefusal(target.kind, metric, statistic);
  if (refusal !== undefined) throw invalid('statistic', `${statistic} of ${metric}`, refusal);
  const periods = whole('periods', filled.periods, LIMITS.alarmPeriods);
  const kept = requested.breaching ?? (requested.periods === undefined ? before?.condition.breaching : undefined);
  return {
    description: text('description', filled.description),
    enabled: filled.enabled,
    metric,
    statistic,
    period: oneOf('period', ALARM_PERIODS, filled.period),
    condition: {
      comparison: oneOf('comparison', COMPARISONS, filled.comparison),
      threshold: threshold(filled.threshold),
      periods,
      breaching: whole('breaching_periods', kept ?? periods, periods),
      missing: oneOf('missing_data', ['keep', 'no_data'] as const, filled.missing),
    },
    topics: topics(filled.topics),
    notifyOn: [...new Set(filled.notifyOn.map((state) => oneOf('notify_on', STATES, state)))],
  };
}

function flat({ condition, ...settings }: AlarmSettings): RequestedAlarm {
  return { ...settings, ...condition };
}

/** Without what is left out, so that it replaces nothing. */
function given(requested: RequestedAlarm): RequestedAlarm {
  return Object.fromEntries(Object.entries(requested).filter(([, value]) => value !== undefined));
}

function oneOf<T extends string | number>(field: string, allowed: readonly T[], value: string | number | undefined): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  const shown = value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
  throw invalid(field, shown, `one of ${allowed.join(', ')}`);
}

function whole(field: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw invalid(field, String(value), `a whole number from 1 to ${most}`);
}

function threshold(value: number | undefined): number {
  if (value !== undefined && Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value;
  throw invalid('threshold', String(value ?? 'missing'), 'a number from 0');
}

function text(field: string, value: string): string {
  if (value.length <= LIMITS.descriptionChars) return value;
  throw invalid(field, `${value.length} characters`, `at most ${LIMITS.descriptionChars}`);
}

function topics(urns: readonly string[]): readonly string[] {
  const different = [...new Set(urns)];
  if (different.length > LIMITS.topicsPerAlarm) {
    throw invalid('topic_urns', `${different.length} topics`, `at most ${LIMITS.topicsPerAlarm}`);
  }
  for (const urn of different) {
    if (parseTopicUrn(urn) === undefined) {
      throw invalid(
        'topic_urns',
        JSON.stringify(urn.slice(0, 200)),
        'URNs of topics: urn:smn:<region>:<project>:<name>',
      );
    }
  }
  return different;
}

function invalid(field: string, value: string, rule: string): PlatformError {
  return new PlatformError('invalid_alarm', `${field}: ${value} is not usable: ${rule}`);
}
