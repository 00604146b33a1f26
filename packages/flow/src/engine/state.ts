import type { CallId } from './commands.ts';
import type { Failure } from './failure.ts';
import type { Value } from './values.ts';

/** The owner of the executions that belong to no branch or iteration. */
export const ROOT = -1;

/** A call that an execution waits for or has the result of. */
export interface Call {
  readonly action?: string;
  readonly input: Value;
  result?: Value;
  error?: Failure;
  child?: string;
}

export type Stage =
  /** A value arrived; the node has not started. */
  | 'arrived'
  /** A service node without a call yet. */
  | 'started'
  | 'calling'
  | 'retrying'
  | 'waiting'
  | 'branching'
  | 'looping';

/** A live node execution. It leaves the state when its node ends, so that the state does not grow with the log. */
export interface Exec {
  readonly id: number;
  readonly node: string;
  /** The parallel node or loop whose branch or iteration this belongs to, or `ROOT`. */
  readonly owner: number;
  /** Which branch or iteration of the owner. */
  readonly index: number;
  stage: Stage;
  /** What arrived; once started, the input of the node. */
  input: Value;
  attempt: number;
  calls: Call[];
  /** Retries used up, for each rule of the error node. */
  used: number[];
  /** A sub-flow that is not waited for. */
  detached?: boolean;
  /** Key of the callback it waits for. */
  callback?: string;
  fan?: Fan;
}

/** The branches of a parallel node or the iterations of a loop. */
export interface Fan {
  readonly count: number;
  /** Branches or iterations that must succeed. */
  readonly required: number;
  readonly result_path: readonly string[];
  /** Output of each that is done; null otherwise. */
  results: (Value | null)[];
  /** Bytes of the results. */
  bytes: number;
  started: number;
  /** Most that run at once. */
  readonly concurrency: number;
  done: number;
  failed: number;
  error?: Failure;
  readonly first?: string;
  readonly item_name?: string;
  /** Elements read and not started; the first is that of iteration `started`. */
  items: Value[];
  next_at: number;
}

export interface Callback {
  state: 'waiting' | 'received' | 'used' | 'gone';
  exec?: number;
  output?: Value;
  error?: Failure;
}

/** What the log of a run means. Only `fold` changes it, in place; a state belongs to one driver. */
export interface RunState {
  readonly run: string;
  readonly definition: string;
  readonly depth: number;
  readonly merge: boolean;
  readonly deadline: number;
  status: 'running' | 'success' | 'fail' | 'timeout' | 'cancel';
  stopping: boolean;
  /** Output of the last node. */
  output?: Value;
  error?: Failure;
  /** Number of the next execution. */
  next: number;
  /** Node executions so far: attempts and actions count. */
  executions: number;
  /** Bytes of the distinct values so far. */
  bytes: number;
  readonly digests: Set<string>;
  readonly execs: Map<number, Exec>;
  /** Executions that may have something to decide. */
  readonly ready: Set<number>;
  /** When to look at an execution again, in milliseconds since 1970. */
  readonly timers: Map<number, number>;
  readonly callbacks: Map<string, Callback>;
}

/** When the run must be advanced even if no message comes, in milliseconds since 1970; Infinity once it ended. */
export function wakeAt(state: RunState): number {
  if (state.status !== 'running') return Number.POSITIVE_INFINITY;
  let at = state.deadline;
  for (const due of state.timers.values()) if (due < at) at = due;
  return at;
}

export const isOpen = (call: Call): boolean => call.result === undefined && call.error === undefined;

/** The call, if it is waited for. */
export function openCall(state: RunState, { exec: id, attempt, action }: CallId): Call | undefined {
  const exec = state.execs.get(id);
  if (exec?.stage !== 'calling' || exec.attempt !== attempt) return undefined;
  const call = exec.calls.find((one) => one.action === action);
  return call && isOpen(call) ? call : undefined;
}
