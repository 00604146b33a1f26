import { formatFlowUrn, formatUrn } from '@funcgraph/api';
import type { AlarmState } from '../../telemetry/index.ts';
import type { AlarmChange, AlarmRule, AlarmTarget } from './types.ts';

/**
 * Whether topics get a message of a new state, and the state that they know from then on. `ok` and `alarm` are new to them
 * only when they differ from what they know: a rule that was never in alarm sends no `ok`, and `no_data` between two
 * alarms sends no second one unless it had a message itself.
 */
export function noticeOf(
  { noticed, notifyOn }: Pick<AlarmRule, 'noticed' | 'notifyOn'>,
  state: AlarmState,
): { readonly sends: boolean; readonly noticed: AlarmState } {
  const isIncluded = notifyOn.includes(state);
  if (state === 'no_data' && !isIncluded) return { sends: false, noticed };
  return { sends: isIncluded && state !== noticed, noticed: state };
}

/** The message about a change: JSON, in the form of the guide `alarms.md`. */
export function noticeText(rule: AlarmRule, change: Omit<AlarmChange, 'notices'>, region: string): string {
  const { metric, statistic, period, condition } = rule;
  return JSON.stringify({
    type: 'alarm',
    id: changeId(rule, change),
    time: new Date(change.at).toISOString(),
    project_id: rule.projectId,
    name: rule.name,
    description: rule.description,
    target: targetUrn(rule, region),
    state: change.state,
    previous_state: change.previous,
    value: change.value ?? null,
    metric,
    statistic,
    period,
    comparison: condition.comparison,
    threshold: condition.threshold,
    periods: condition.periods,
    breaching_periods: condition.breaching,
  });
}

/** One line, for the subject of e-mails. */
export function noticeSubject({ name, metric }: AlarmRule, { state, value }: Omit<AlarmChange, 'notices'>): string {
  const shown = state === 'no_data' ? 'no data' : state;
  return `${shown}: ${name} (${metric}${value === undefined ? '' : ` ${Math.round(value * 1000) / 1000}`})`;
}

/** The same for every delivery of a change. */
export function changeId({ id }: Pick<AlarmRule, 'id'>, { number }: Pick<AlarmChange, 'number'>): string {
  return `${id}-${number}`;
}

export function targetUrn({ projectId, target }: Pick<AlarmRule, 'projectId' | 'target'>, region: string): string {
  return target.kind === 'flow'
    ? formatFlowUrn({ region, projectId, name: target.name })
    : formatUrn({ region, projectId, package: target.package, name: target.name, ...qualifierOf(target) });
}

function qualifierOf({ version, alias }: Extract<AlarmTarget, { kind: 'function' }>) {
  if (alias !== undefined) return { qualifier: { kind: 'alias', name: alias } as const };
  return version === undefined ? {} : { qualifier: { kind: 'version', name: version } as const };
}
