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

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#every(HOUR_MS, () => this.#sweep());
    this.#every(HOUR_MS, () => this.#parts.sweepLeftovers());
    this.#every(MINUTE_MS, () => this.#trim());
    this.#every(MINUTE_MS, () => this.#parts.reclaim());
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
  }

  #every(ms: number, work: () => Promise<void>): void {
    const timer = this.#parts.clock.after(ms, () => {
      this.#timers.delete(timer);
      work().catch((error: unknown) => this.#parts.log.error({ err: error }, 'expired data could not be removed'));
      this.#every(ms, work);
    });
    this.#timers.add(timer);
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
