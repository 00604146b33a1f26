import type { Clock, Timer } from '../lib/clock.ts';
import type { Storage } from '../storage/index.ts';
import { SteadyTimeStore } from './steady-time-store.ts';

/** After a kill, if the clock was set back meanwhile, due times are late by at most this. */
const NOTE_EVERY_MS = 30_000;

export interface SteadyTimeOptions {
  readonly storage: Pick<Storage, 'db' | 'kind'>;
  /** Other servers use the database: their time is taken over, not that of this machine. */
  readonly hasPeers?: boolean;
  /** The clock of the machine, which may be set at any time. */
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/**
 * The clock of due times: delays, leases and maximum ages. It starts near the clock of the machine and then advances by
 * the monotonic clock, so that setting the machine's clock moves no due time. It never goes back, also across restarts:
 * the server saves its progress. Servers on the same database follow the fastest of them.
 */
export class SteadyTime implements Clock {
  readonly #clock: Clock;
  readonly #store: SteadyTimeStore;
  readonly #onError: (error: unknown) => void;
  #offset: number;
  #timer: Timer | undefined;

  private constructor(options: SteadyTimeOptions, store: SteadyTimeStore, begin: number) {
    this.#clock = options.clock;
    this.#onError = options.onError;
    this.#store = store;
    this.#offset = begin - options.clock.monotonic();
  }

  static async open(options: SteadyTimeOptions): Promise<SteadyTime> {
    const store = new SteadyTimeStore(options.storage);
    const noted = await store.read();
    const now = options.clock.now();
    const begin = noted === undefined ? now : options.hasPeers === true ? noted : Math.max(now, noted);
    const time = new SteadyTime(options, store, begin);
    await time.#note();
    time.#schedule();
    return time;
  }

  now(): number {
    return Math.floor(this.#offset + this.#clock.monotonic());
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(ms: number, run: () => void): Timer {
    return this.#clock.after(ms, run);
  }

  afterReads(ms: number, run: () => void): Timer {
    return this.#clock.afterReads(ms, run);
  }

  /** Call before the storage is closed. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#store.note(this.now());
  }

  async #note(): Promise<void> {
    const fastest = await this.#store.note(this.now());
    this.#offset = Math.max(this.#offset, fastest - this.#clock.monotonic());
  }

  #schedule(): void {
    this.#timer = this.#clock.after(NOTE_EVERY_MS, () => {
      this.#note().catch(this.#onError);
      this.#schedule();
    });
  }
}
