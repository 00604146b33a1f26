import type { Failure } from './failure.ts';
import type { Value } from './values.ts';

/**
 * What must be evaluated before an execution goes on, as plain data: `evaluate(run, work)` may run in any thread
 * that has the values.
 */
export type Work = {
  readonly exec: number;
  /** Differs from every other work of the same execution. */
  readonly id: string;
  readonly node: string;
  /** Where the branch of the execution ends. */
  readonly join: string | null;
  readonly merge: boolean;
  /** Of the run: how many flows it is inside of. */
  readonly depth: number;
  readonly now: number;
  /** When the run times out. */
  readonly deadline: number;
} & Step;

type Step =
  /** Find the input of the node and start it. */
  | { readonly step: 'enter'; readonly arrived: Value; readonly callback: string }
  /** Read the next elements of a loop's array. */
  | { readonly step: 'items'; readonly input: Value; readonly from: number }
  /** Find the inputs of actions of a service node and start them. */
  | {
      readonly step: 'act';
      readonly attempt: number;
      readonly actions: readonly string[];
      readonly arrived: Value;
      readonly after?: string;
    }
  /** The calls of the node ended: retry, go on, handle the failure or fail. */
  | {
      readonly step: 'result';
      readonly attempt: number;
      /** Retries used up, for each rule of the error node. */
      readonly used: readonly number[];
      /** In the order of the actions of a parallel service node; otherwise the last result only. */
      readonly results: readonly Value[];
      readonly error?: Failure;
    }
  /** Filter the output of a parallel node or loop. */
  | { readonly step: 'output'; readonly output: Value };
