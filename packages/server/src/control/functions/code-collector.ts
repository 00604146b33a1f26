import type { ArtifactStore } from '../../artifacts/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { MayRemove } from '../../lib/leftovers.ts';
import type { FunctionStore } from './function-store.ts';

/** Longest call plus time to drain: until then an instance of the old code may still load a file of it. */
const GRACE_MS = 20 * 60 * 1000;

/**
 * Removes code some time after the last version that used it went. A later sweep removes code that a stopped server
 * left.
 */
export class CodeCollector {
  readonly #artifacts: ArtifactStore;
  readonly #store: Pick<FunctionStore, 'isReferenced'>;
  readonly #clock: Clock;
  readonly #timers = new Map<string, Timer>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(artifacts: ArtifactStore, store: Pick<FunctionStore, 'isReferenced'>, clock: Clock) {
    this.#artifacts = artifacts;
    this.#store = store;
    this.#clock = clock;
  }

  /** No instance ran this code yet, so it can be removed at once. */
  async now(sha256: string): Promise<void> {
    await this.#artifacts.release(sha256, (sha) => this.#store.isReferenced(sha));
  }

  later(sha256: string): void {
    this.#timers.get(sha256)?.cancel();
    const timer = this.#clock.after(GRACE_MS, () => {
      this.#timers.delete(sha256);
      // a failure leaves the files to the next sweep
      const run = this.now(sha256).catch(() => undefined);
      this.#running.add(run);
      void run.finally(() => this.#running.delete(run));
    });
    this.#timers.set(sha256, timer);
  }

  /** Removes code that no version uses and no instance may still load. */
  async sweep(mayRemove: MayRemove): Promise<void> {
    const isUsed = async (sha256: string): Promise<boolean> =>
      this.#timers.has(sha256) || this.#store.isReferenced(sha256);
    await this.#artifacts.sweep(isUsed, mayRemove);
  }

  /** Removes code that servers share and no version uses. One server does this for all. */
  sweepShared(): Promise<void> {
    return this.#artifacts.sweepShared((sha256) => this.#store.isReferenced(sha256));
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    await Promise.allSettled(this.#running);
  }
}
