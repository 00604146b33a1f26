import type { Schedule } from '@funcgraph/api/schedule';
import type { Firing, Trigger } from '../../control/index.ts';
import type { AtomicStatement } from '../../storage/index.ts';

/** A timer that is enabled, of a function or of a flow. Times are ms since the epoch. */
export interface Timed {
  readonly id: string;
  readonly schedule: Schedule;
  readonly since: number;
  readonly fired: Trigger['fired'];
  /** The stored timer: another object after each change. */
  readonly stored: object;
}

/** The timers of one kind of target. They belong to owners, whose timers change together. */
export interface Timers<T extends Timed> {
  owners(): Iterable<string>;
  of(owner: string): readonly T[];
  /** Calls with the owner after each change; returns the end of that. */
  onChange(changed: (owner: string) => void): () => void;
  /**
   * Stores in one step that the tick has fired, what it starts, and `guards`. Throws `storage.guard` when the tick was
   * noted before or the timer was changed, `backlog_full` while too much waits.
   */
  fire(timed: T, firing: Firing, guards: readonly AtomicStatement[]): Promise<void>;
  /** A tick that found `backlog_full` until the next one was due. */
  leftOut(timed: T, tick: number, reason: string): void;
}
