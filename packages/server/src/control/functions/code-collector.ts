import type { ArtifactStore } from '../../artifacts/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { GraceCollector } from '../../lib/grace-collector.ts';
import type { MayRemove } from '../../lib/leftovers.ts';
import type { FunctionStore } from './function-store.ts';

/**
 * Removes code some time after the last version that used it went. A later sweep removes code that a stopped server
 * left.
 */
export class CodeCollector {
  readonly #artifacts: ArtifactStore;
  readonly #store: Pick<FunctionStore, 'isReferenced'>;
  readonly #waiting: GraceCollector;

  constructor(artifacts: ArtifactStore, store: Pick<FunctionStore, 'isReferenced'>, clock: Clock) {
    this.#artifacts = artifacts;
    this.#store = store;
    this.#waiting = new GraceCollector(clock, (sha256) => this.now(sha256));
  }

  /** No instance ran this code yet, so it can be removed at once. */
  async now(sha256: string): Promise<void> {
    await this.#artifacts.release(sha256, (sha) => this.#store.isReferenced(sha));
  }

  later(sha256: string): void {
    this.#waiting.later(sha256);
  }

  /** Removes code that no version uses and no instance may still load. */
  async sweep(mayRemove: MayRemove): Promise<void> {
    const isUsed = async (sha256: string): Promise<boolean> =>
      this.#waiting.waitsFor(sha256) || this.#store.isReferenced(sha256);
    await this.#artifacts.sweep(isUsed, mayRemove);
  }

  /** Removes code that servers share and no version uses. One server does this for all. */
  sweepShared(): Promise<void> {
    return this.#artifacts.sweepShared((sha256) => this.#store.isReferenced(sha256));
  }

  stop(): Promise<void> {
    return this.#waiting.stop();
  }
}
