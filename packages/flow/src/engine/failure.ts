import type { JsonObject } from '../json/json.ts';

/** Why a node or a run failed, as far as the engine itself decides it. */
export type FailureCode =
  /** The value of a filter, a parameter or a list of results is over 6 MB. */
  | 'value_too_large'
  /** A path or expression failed: it visits too many elements. */
  | 'expression_failed'
  /** `array_path` of a loop gives no array. */
  | 'not_an_array'
  /** An action of a parallel service node returned something other than an object. */
  | 'not_an_object'
  /** `until` of a wait node gives no RFC 3339 time. */
  | 'not_a_time'
  /** No branch of a condition node holds and it has no default branch. */
  | 'no_branch'
  /** The result is a failure by a condition of the error node. */
  | 'failed_result'
  /** No callback came within the timeout of the wait node. */
  | 'callback_timeout'
  /** The callback reported a failure. */
  | 'callback_failed'
  /** A sub-flow is the 17th in a row. */
  | 'subflow_too_deep'
  /** The run exceeded 50,000 node executions. */
  | 'too_many_node_executions'
  /** The distinct values of the run are over 256 MB together. */
  | 'values_too_large'
  /** The run exceeded its time limit. */
  | 'run_timeout'
  /** The run was stopped. */
  | 'stopped';

/** What a call, child or callback failed with. */
export interface Failure {
  readonly error_code: FailureCode | (string & {});
  readonly error_message: string;
  /** The HTTP status of the call, where it has one. */
  readonly status?: number;
  /** What the function itself returned as its error. */
  readonly fields?: JsonObject;
}
