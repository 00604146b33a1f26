import { JUST_USED_MS } from './cached-folder.ts';
import type { Clock, Timer } from './clock.ts';
import { CoalescedTask } from './coalesced-task.ts';

/** Something on disk that can be made or fetched again. */
export interface CachedItem {
  readonly bytes: number;
  /** Ms since the epoch. */
  readonly usedAt: number;
  /** False when it is in use, or cannot be removed now. */
  remove(): Promise<boolean>;
}

export interface ByteCacheOptions {
  readonly limitBytes: number;
  readonly items: () => Promise<readonly CachedItem[]>;
  readonly clock: Clock;
  /** Called when what is in use is larger than the limit. */
  readonly onExceeded: (bytes: number) => void;
  readonly onError: (error: unknown) => void;
}

const CHECK_EVERY_MS = 60_000;
/** An exceeded limit is reduced to this share, so that the next item does not exceed it again. */
const TARGET = 0.9;

/** Keeps what can be fetched again below a number of bytes: what is not used for the longest time is removed first. */
export class ByteCache {
  readonly #options: ByteCacheOptions;
  readonly #task: CoalescedTask;
  #timer: Timer | undefined;

  constructor(options: ByteCacheOptions) {
    this.#options = options;
    this.#task = new CoalescedTask(() => this.#limit(), options.onError);
  }

  /** From now on, the limit is enforced each minute and when `check` is called. */
  start(): void {
    this.#timer = this.#options.clock.after(CHECK_EVERY_MS, () => {
      this.check();
      this.start();
    });
  }

  check(): void {
    this.#task.request();
  }

  /** Resolves when no removal is under way. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#task.idle();
  }

  async #limit(): Promise<void> {
    const { limitBytes, items, clock, onExceeded } = this.#options;
    const all = await items();
    let bytes = all.reduce((sum, item) => sum + item.bytes, 0);
    if (bytes <= limitBytes) return;
    const before = clock.now() - JUST_USED_MS;
    for (const item of all.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (bytes <= limitBytes * TARGET || item.usedAt > before) break;
      if (await item.remove()) bytes -= item.bytes;
    }
    if (bytes > limitBytes) onExceeded(bytes);
  }
}
