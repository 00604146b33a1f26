import type { Schema } from '../../storage/index.ts';
import type { AlarmCondition, AlarmMetric, AlarmState, AlarmStatistic } from '../../telemetry/index.ts';
import type { AlarmChange, AlarmRule, AlarmSettings, AlarmTarget, FunctionAlarmTarget } from './types.ts';

export type AlarmRow = Schema['alarm_rule'] & {
  readonly package: string | null;
  readonly function_name: string | null;
  readonly flow_name: string | null;
};

export function toRule(row: AlarmRow): AlarmRule {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    description: row.description,
    enabled: row.enabled === 1,
    target: targetOf(row),
    metric: row.metric as AlarmMetric,
    statistic: row.statistic as AlarmStatistic,
    period: row.period,
    condition: {
      comparison: row.comparison as AlarmCondition['comparison'],
      threshold: row.threshold,
      periods: row.periods,
      breaching: row.breaching,
      missing: row.missing as AlarmCondition['missing'],
    },
    topics: JSON.parse(row.topics) as string[],
    notifyOn: JSON.parse(row.notify_on) as AlarmState[],
    setBy: row.set_by === null ? undefined : (JSON.parse(row.set_by) as AlarmRule['setBy']),
    state: row.state as AlarmState,
    stateSince: Number(row.state_since),
    value: row.value ?? undefined,
    noticed: row.noticed as AlarmState,
    changes: row.changes,
    judgedTo: Number(row.judged_to),
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
  };
}

function targetOf(row: AlarmRow): AlarmTarget {
  if (row.flow_id !== null) return { kind: 'flow', flowId: row.flow_id, name: row.flow_name ?? '' };
  return toFunctionTarget(row);
}

export function toFunctionTarget(
  row: Pick<AlarmRow, 'function_id' | 'package' | 'function_name' | 'version' | 'alias'>,
): FunctionAlarmTarget {
  return {
    kind: 'function',
    functionId: row.function_id ?? '',
    package: row.package ?? '',
    name: row.function_name ?? '',
    ...(row.version === null ? {} : { version: row.version }),
    ...(row.alias === null ? {} : { alias: row.alias }),
  };
}

export function fromSettings(settings: AlarmSettings) {
  const { description, enabled, metric, statistic, period, condition, topics, notifyOn } = settings;
  return {
    ...{ description, metric, statistic, period, ...condition },
    enabled: enabled ? 1 : 0,
    topics: JSON.stringify(topics),
    notify_on: JSON.stringify(notifyOn),
  };
}

export function fromTarget(target: AlarmTarget) {
  if (target.kind === 'flow') return { function_id: null, version: null, alias: null, flow_id: target.flowId };
  const { functionId, version = null, alias = null } = target;
  return { function_id: functionId, version, alias, flow_id: null };
}

export function toChange(row: Schema['alarm_change']): AlarmChange {
  return {
    number: row.number,
    at: Number(row.at),
    previous: row.previous as AlarmState,
    state: row.state as AlarmState,
    value: row.value ?? undefined,
    notices: JSON.parse(row.notices) as AlarmChange['notices'],
  };
}
