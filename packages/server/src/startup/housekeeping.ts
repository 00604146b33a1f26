import type { Logger } from 'pino';
import type { Clock, Timer } from '../lib/clock.ts';
import type { DeadLetterBox, Queue } from '../queue/index.ts';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface HousekeepingParts {
  readonly queue: Pick<Queue, 'purge'>;
  readonly deadLetters: Pick<DeadLetterBox, 'trim' | 'trimOwners'>;
  /** Removes files that nothing refers to. */
  readonly sweepLeftovers: () => Promise<void>;
  /** Removes files without references that servers share. */
  readonly sweepShared: () => Promise<void>;
  /** Gives the space of removed rows back to the file system. */
  readonly reclaim: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long finished invocations and dead letters are kept, and how many dead letters of one function. */
  readonly keep: {
    readonly finishedDays: number;
    readonly deadDays: number;
    readonly deadPerFunction: number;
  };
}

/** Periodic removal: by age once an hour, by number once a minute. */
export class Housekeeping {
  readonly #parts: HousekeepingParts;
  readonly #timers = new Set<Timer>();
  readonly #shared = new Set<Timer>();

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
  }

  /** What each server does for its own files. */
  start(): void {
    this.#every(this.#timers, HOUR_MS, () => this.#parts.sweepLeftovers());
    this.#every(this.#timers, MINUTE_MS, () => this.#parts.reclaim());
  }

  /** What one server does for all. `isHeld`: whether this is still the one. */
  startShared(isHeld: () => boolean): void {
    const whileHeld = (work: () => Promise<void>) => async (): Promise<void> => {
      if (isHeld()) await work();
    };
    this.#every(
      this.#shared,
      HOUR_MS,
      whileHeld(() => this.#sweep()),
    );
    this.#every(
      this.#shared,
      MINUTE_MS,
      whileHeld(() => this.#trim()),
    );
  }

  stopShared(): void {
    for (const timer of this.#shared) timer.cancel();
    this.#shared.clear();
  }

  stop(): void {
    this.stopShared();
    for (const timer of this.#timers) timer.cancel();
  }

  #every(timers: Set<Timer>, ms: number, work: () => Promise<void>): void {
    const timer = this.#parts.clock.after(ms, () => {
      timers.delete(timer);
      work().catch((error: unknown) => this.#parts.log.error({ err: error }, 'expired data could not be removed'));
      this.#every(timers, ms, work);
    });
    timers.add(timer);
  }

  async #sweep(): Promise<void> {
    const { queue, clock, keep } = this.#parts;
    await queue.purge(clock.now() - keep.finishedDays * DAY_MS, ['done', 'cancelled']);
    await queue.purge(clock.now() - keep.deadDays * DAY_MS, ['dead']);
  }

  async #trim(): Promise<void> {
    const { deadLetters, keep, log } = this.#parts;
    for (const { group, dropped } of await deadLetters.trim(keep.deadPerFunction)) {
      log.warn({ functionKey: group, dropped }, 'a function has too many dead letters: the oldest were dropped');
    }
    await deadLetters.trimOwners();
  }
}
