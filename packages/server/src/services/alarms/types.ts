import type { AlarmCondition, AlarmMetric, AlarmState, AlarmStatistic } from '../../telemetry/index.ts';

export interface FunctionAlarmTarget {
  readonly kind: 'function';
  readonly functionId: string;
  readonly package: string;
  readonly name: string;
  /** At most one of the two; the function as a whole without them. */
  readonly version?: string;
  readonly alias?: string;
}

export type AlarmTarget =
  | FunctionAlarmTarget
  | { readonly kind: 'flow'; readonly flowId: string; readonly name: string };

/** A target by its name in the project. */
export type NamedAlarmTarget =
  | Omit<FunctionAlarmTarget, 'functionId'>
  | { readonly kind: 'flow'; readonly name: string };

/** A user or an agency, by id. */
export interface AlarmSetter {
  readonly kind: 'user' | 'agency';
  readonly id: string;
}

/** What a user sets and changes. */
export interface AlarmSettings {
  readonly description: string;
  readonly enabled: boolean;
  readonly metric: AlarmMetric;
  readonly statistic: AlarmStatistic;
  /** Minutes. */
  readonly period: number;
  readonly condition: AlarmCondition;
  /** URNs. */
  readonly topics: readonly string[];
  /** States of which topics get a message. */
  readonly notifyOn: readonly AlarmState[];
}

/** Times are ms since the epoch. */
export interface AlarmRule extends AlarmSettings {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly target: AlarmTarget;
  /** Messages are published for it. */
  readonly setBy: AlarmSetter | undefined;
  readonly state: AlarmState;
  /** End of the period that brought the state; the creation of the rule before the first. */
  readonly stateSince: number;
  /** The value of that period. */
  readonly value: number | undefined;
  /** The state that topics know. */
  readonly noticed: AlarmState;
  readonly changes: number;
  readonly judgedTo: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export interface AlarmFigures {
  /** Of all projects by state; those that are disabled as `disabled`. */
  readonly rules: Readonly<Record<AlarmState | 'disabled', number>>;
  /** Since this server started: changes by their new state, and messages that could not be published. */
  readonly changes: Readonly<Record<AlarmState, number>>;
  readonly failedNotices: number;
  /** Of the last evaluation by this server. */
  readonly evaluationMs: number;
}

/** What became of a message about a change. */
export interface AlarmNotice {
  readonly topic: string;
  /** Undefined when it was not published. */
  readonly messageId?: string;
  readonly error?: string;
}

/** A change of the state of a rule. */
export interface AlarmChange {
  /** Of its rule, from 1. */
  readonly number: number;
  /** End of the period that brought it. */
  readonly at: number;
  readonly previous: AlarmState;
  readonly state: AlarmState;
  readonly value: number | undefined;
  readonly notices: readonly AlarmNotice[];
}
