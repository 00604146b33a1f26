import type { Value } from './values.ts';
import type { Work } from './work.ts';

/** A call of a function, or the run of a sub-flow, that an execution waits for. */
export interface CallId {
  readonly exec: number;
  readonly attempt: number;
  /** The function inside a service node. */
  readonly action?: string;
}

/** What to do after the events that led to it are durable. Each may be done again after a crash. */
export type Command =
  /** Call the function of the node (of the action in a service node); answer with the message `call_finished`. */
  | { readonly do: 'call'; readonly call: CallId; readonly node: string; readonly input: Value; readonly key: string }
  /** Start a run of the sub-flow; answer with `child_started`, then with `call_finished` if `wait`. */
  | {
      readonly do: 'start_child';
      readonly call: CallId;
      readonly node: string;
      readonly input: Value;
      readonly key: string;
      readonly depth: number;
      readonly wait: boolean;
    }
  /** Nothing needs the result any more. */
  | { readonly do: 'abandon'; readonly call: CallId }
  /** `values.read` lacks values: load them and `advance` again, or `evaluate` the work elsewhere and send `evaluated`. */
  | { readonly do: 'evaluate'; readonly work: Work; readonly digests: readonly string[] }
  /** The run ended. */
  | { readonly do: 'finish' };
