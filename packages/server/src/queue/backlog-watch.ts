import type { Clock, Timer } from '../lib/clock.ts';
import type { Peers } from '../storage/index.ts';
import type { Queue } from './queue.ts';

/**
 * Limits know what other servers enqueued or finished at most this much earlier, or ten times as long as a count takes.
 * Messages that others finished wait here until a count: soon, because gauges show them.
 */
const COUNT_EVERY_MS = { empty: 5_000, backlogged: 1_000 };
/** A process that was killed may have ended messages after its successor counted: PostgreSQL still committed them. */
const COUNT_ALONE_MS = 20_000;
const COUNT_SHARE = 0.1;

export interface BacklogWatchOptions {
  readonly queue: Pick<Queue, 'recount' | 'isEmpty'>;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** Counts the backlog anew, often while other servers change it. */
export class BacklogWatch {
  readonly #options: BacklogWatchOptions;
  #timer: Timer | undefined;
  #stopFollowing: (() => void) | undefined;
  #counting = false;
  #stopped = false;

  constructor(options: BacklogWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopFollowing = this.#options.peers.onChange(() => this.#countIn(0));
    this.#countIn(this.#options.peers.others.length > 0 ? COUNT_EVERY_MS.backlogged : COUNT_ALONE_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#stopFollowing?.();
    this.#timer?.cancel();
  }

  #countIn(ms: number): void {
    if (this.#stopped || this.#counting) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ms, () => void this.#count());
  }

  async #count(): Promise<void> {
    const { queue, peers, clock, onError } = this.#options;
    this.#counting = true;
    const begin = clock.monotonic();
    await queue.recount().catch(onError);
    const tookMs = clock.monotonic() - begin;
    this.#counting = false;
    const sharedMs = COUNT_EVERY_MS[queue.isEmpty ? 'empty' : 'backlogged'];
    this.#countIn(Math.max(peers.others.length > 0 ? sharedMs : COUNT_ALONE_MS, tookMs / COUNT_SHARE));
  }
}
