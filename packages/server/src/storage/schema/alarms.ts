/** A rule about a metric of a function, a version, an alias or a flow. Times are ms since the epoch. */
export interface AlarmRuleTable {
  id: string;
  project_id: string;
  name: string;
  description: string;
  /** 0 or 1. */
  enabled: number;
  /** Either a function or a flow; a version or an alias of the function, or neither. */
  function_id: string | null;
  version: string | null;
  alias: string | null;
  flow_id: string | null;
  metric: string;
  statistic: string;
  /** Minutes. */
  period: number;
  comparison: string;
  threshold: number;
  /** `breaching` of so many periods must be over the threshold. */
  periods: number;
  breaching: number;
  missing: string;
  /** JSON list of URNs of topics. */
  topics: string;
  /** JSON list of the states that topics get. */
  notify_on: string;
  /** JSON of the user or agency for which messages are published; null without one. */
  set_by: string | null;
  state: string;
  /** End of the period that brought the state; the creation of the rule before the first. */
  state_since: number;
  /** The value of that period; null without one. */
  value: number | null;
  /** The state that topics know: see `noticeOf`. */
  noticed: string;
  /** Changes of the state so far. */
  changes: number;
  /** Periods that end later are to be judged. */
  judged_to: number;
  created_at: number;
  modified_at: number;
}

/** Changes of the state of a rule. */
export interface AlarmChangeTable {
  rule_id: string;
  /** From 1. */
  number: number;
  at: number;
  previous: string;
  state: string;
  value: number | null;
  /** JSON list of what became of the messages. */
  notices: string;
}

/** One row: all periods up to this time are judged. */
export interface AlarmProgressTable {
  id: number;
  judged_to: number;
}

/** A minute of a function, a version or an alias with rules, as one server counted it. Minutes since the epoch. */
export interface AlarmMinuteTable {
  scope: string;
  minute: number;
  /** The data directory of the server: ids of servers change with each start. */
  home: string;
  count: number;
  failed: number;
  rejected: number;
  ran: number;
  duration_ms: number;
  max_ms: number;
  min_ms: number;
  running: number;
  reserved: number;
}

/** A server that writes minutes. */
export interface AlarmSourceTable {
  home: string;
  /** All minutes before this one are written. */
  written_to: number;
}

export interface AlarmsSchema {
  alarm_minute: AlarmMinuteTable;
  alarm_source: AlarmSourceTable;
  alarm_rule: AlarmRuleTable;
  alarm_change: AlarmChangeTable;
  alarm_progress: AlarmProgressTable;
}
