import type { Clock, Timer } from './clock.ts';

/** Longest call plus time to drain: until then an instance may still load a file. */
const GRACE_MS = 20 * 60 * 1000;

/** Removes files some time after their last use, when no instance can load them any more. */
export class GraceCollector {
  readonly #clock: Clock;
  readonly #remove: (key: string) => Promise<unknown>;
  readonly #timers = new Map<string, Timer>();
  readonly #running = new Set<Promise<unknown>>();

  /** `remove` must check once more that nothing uses the files. If it fails, they are left to the next sweep. */
  constructor(clock: Clock, remove: (key: string) => Promise<unknown>) {
    this.#clock = clock;
    this.#remove = remove;
  }

  /** Another use of the same files has ended: the time begins anew. */
  later(key: string): void {
    this.#timers.get(key)?.cancel();
    const timer = this.#clock.after(GRACE_MS, () => {
      this.#timers.delete(key);
      const run = this.#remove(key).catch(() => undefined);
      this.#running.add(run);
      void run.finally(() => this.#running.delete(run));
    });
    this.#timers.set(key, timer);
  }

  /** Whether an instance may still load them. */
  waitsFor(key: string): boolean {
    return this.#timers.has(key);
  }

  /** Files that still wait are left to the next sweep. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    await Promise.all(this.#running);
  }
}
