import type { AtomicStatement, FlowRunTable } from '../../../storage/index.ts';

/** Events of one step of a run. */
export interface Append {
  readonly run: string;
  /** Number of the first event. */
  readonly seq: number;
  readonly count: number;
  /** The epoch in which the caller owns the run. */
  readonly epoch: number;
  /** A JSON array. */
  readonly events: string;
  /** Bytes of the events and of payloads stored for them. */
  readonly bytes: number;
  readonly at: number;
  /** Set by the last append of a run. */
  readonly end?: Exclude<FlowRunTable['status'], 'running'>;
  /** Marks a run that had left memory as one to be loaded after a crash. */
  readonly wakes?: boolean;
  /** Statements that must be done in the same step, or not at all. */
  readonly also?: readonly AtomicStatement[];
}

/** A value stored once for its run. */
export interface Payload {
  readonly digest: string;
  readonly bytes: Uint8Array;
}
