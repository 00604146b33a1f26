import type { Failure } from './failure.ts';
import type { StoredValue } from './values.ts';

/**
 * The log of a run, version 1. Events record decisions, so that folding a log evaluates nothing: what a log means does
 * not change with the definition, the expressions or the engine. Versions are frozen: a changed meaning is a new `v`, and
 * `fold` reads all of them for ever (`fixtures/`).
 *
 * Node executions have numbers. An execution exists from the event that leads to its node (`to`, `first`, `branches`,
 * started iterations), and gets the next free number then. Values that follow from other events are omitted:
 * - `input` of a started node or call: the value that arrived; of a call of a function or sub-flow: the input of the node.
 * - `output` of a finished node: the result of its last call; for a parallel node or loop its results at the result path
 *   of its input (of `{}` without merging); otherwise the input.
 * - `output` of a failed node whose failure is handled: the result of its last call.
 */
export type RunEvent = { readonly v: 1 /** Milliseconds since 1970. */; readonly at: number } & EventBody;

export type EventBody =
  | RunStarted
  | NodeStarted
  | CallStarted
  | CallFinished
  | ChildStarted
  | RetryScheduled
  | NodeFinished
  | NodeFailed
  | LoopItems
  | IterationsStarted
  | CallbackReceived
  | StopRequested
  | Abandoned
  | InputReplaced
  | RunFinished;

/** Always the first event. The start node itself has no execution. */
export interface RunStarted {
  readonly type: 'run_started';
  readonly run: string;
  /** Digest of the pinned definition. */
  readonly definition: string;
  readonly input: StoredValue;
  /** Whether inputs are merged in this run. */
  readonly merge: boolean;
  /** When the run times out, in milliseconds since 1970. */
  readonly deadline: number;
  /** 0, or for a sub-flow one more than its parent's. */
  readonly depth: number;
  /** The first node: execution 0. */
  readonly first: string;
  readonly parent?: { readonly run: string; readonly exec: number };
  /** Why the run fails before its first node. */
  readonly refused?: Failure;
  /** The run whose log this one continues, and the node at which they part. */
  readonly origin?: { readonly run: string; readonly node: string };
}

export type NodeStarted = {
  readonly type: 'node_started';
  readonly exec: number;
  readonly node: string;
  readonly input?: StoredValue;
} & (
  | { readonly kind: 'end' | 'condition' | 'service' }
  /** Starts its first call too. */
  | { readonly kind: 'function' }
  | { readonly kind: 'subflow'; readonly wait: boolean }
  | {
      readonly kind: 'parallel';
      /** The first node of each branch. */
      readonly branches: readonly string[];
      readonly required: number;
      readonly result_path: readonly string[];
    }
  | {
      readonly kind: 'loop';
      readonly first: string;
      readonly count: number;
      /** Most iterations at once. */
      readonly concurrency: number;
      readonly item_name: string;
      readonly result_path: readonly string[];
    }
  | {
      readonly kind: 'wait';
      /** When the wait ends, or its callback times out. */
      readonly due: number;
      /** The key of the callback it waits for. */
      readonly callback?: string;
    }
);

/** A retry of a node, or a call of an action inside a service node. */
export interface CallStarted {
  readonly type: 'call_started';
  readonly exec: number;
  /** From 1. */
  readonly attempt: number;
  /** The function inside a service node. */
  readonly action?: string;
  /** The action whose result arrives; without it the input of the service node does. */
  readonly after?: string;
  readonly input?: StoredValue;
}

/** A function answered or failed, or a child run ended. Exactly one of `result` and `error` is set. */
export interface CallFinished {
  readonly type: 'call_finished';
  readonly exec: number;
  readonly attempt: number;
  readonly action?: string;
  readonly result?: StoredValue;
  readonly error?: Failure;
  /** The version that the function resolved to. */
  readonly target?: string;
}

/** The result of a sub-flow that is not waited for is `{ execution_id: run }`. */
export interface ChildStarted {
  readonly type: 'child_started';
  readonly exec: number;
  readonly attempt: number;
  readonly run: string;
}

/** The last attempt failed by a rule of the error node. */
export interface RetryScheduled {
  readonly type: 'retry_scheduled';
  readonly exec: number;
  /** Index of the retry rule, whose retries it uses up. */
  readonly rule: number;
  readonly due: number;
}

export interface NodeFinished {
  readonly type: 'node_finished';
  readonly exec: number;
  readonly output?: StoredValue;
  /** The node the edge leads to. Without it the branch, the iteration or the run ends with the output. */
  readonly to?: string;
}

/** Without `via` the branch, the iteration or the run fails. */
export interface NodeFailed {
  readonly type: 'node_failed';
  readonly exec: number;
  readonly error: Failure;
  /** The error node that handled the failure. Its edge leads to `to` with `output`, or ends the branch as above. */
  readonly via?: string;
  readonly to?: string;
  readonly output?: StoredValue;
}

/** The next elements of a loop's array. */
export interface LoopItems {
  readonly type: 'loop_items';
  readonly exec: number;
  readonly items: readonly StoredValue[];
}

/** The next `count` iterations started, in order. */
export interface IterationsStarted {
  readonly type: 'iterations_started';
  readonly exec: number;
  readonly count: number;
  /** When the next one may start, if there is an interval between starts. */
  readonly next_at?: number;
}

/** Recorded once for each key, also before its wait node starts. */
export interface CallbackReceived {
  readonly type: 'callback_received';
  /** The id of the wait node; inside a loop `<node>#<iteration>`. */
  readonly key: string;
  readonly output?: StoredValue;
  readonly error?: Failure;
}

export interface StopRequested {
  readonly type: 'stop_requested';
}

/** These executions ended without a result, which nothing needs any more: they are cancelled. */
export interface Abandoned {
  readonly type: 'abandoned';
  readonly execs: readonly number[];
}

/** In forks: the value that arrives at the node was edited. */
export interface InputReplaced {
  readonly type: 'input_replaced';
  readonly exec: number;
  readonly input: StoredValue;
}

/** Always the last event. `output` (on success only) is omitted when it is that of the last node. */
export interface RunFinished {
  readonly type: 'run_finished';
  readonly status: 'success' | 'fail' | 'timeout' | 'cancel';
  readonly error?: Failure;
}
