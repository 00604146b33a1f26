import type { CallFinished, ChildStarted, EventBody } from './events.ts';
import type { Failure } from './failure.ts';
import type { StoredValue } from './values.ts';

/** What reaches a run from outside. Messages may be late or repeated: those that no longer apply are refused. */
export type Message =
  | CallFinished
  | ChildStarted
  | { readonly type: 'callback'; readonly key: string; readonly output?: StoredValue; readonly error?: Failure }
  | { readonly type: 'stop' }
  /** The events that `evaluate` gave for a work. */
  | { readonly type: 'evaluated'; readonly exec: number; readonly id: string; readonly events: readonly EventBody[] };

export type Refusal =
  /** The execution or attempt has ended. */
  | 'late'
  /** The run has ended. */
  | 'ended'
  /** The node of the callback is no wait node with a callback. */
  | 'unknown_callback'
  /** The callback was received before (409). */
  | 'callback_conflict'
  /** The wait timed out or was cancelled (410). */
  | 'callback_gone';
