import { mayHoldMore } from '../../../lib/fair-share.ts';
import { PlatformError } from '../../../lib/platform-error.ts';

/** Each looks into the database once a second. */
const MOST_FOLLOWERS = 1_000;

/** Who waits for the next append to a run on this server. */
export class Followers {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #projects = new Map<string, number>();
  #open = 0;

  /** One more reader of logs of the project; call what it returns when it leaves. Throws `overloaded`. */
  open(projectId: string): () => void {
    const held = this.#projects.get(projectId) ?? 0;
    const free = MOST_FOLLOWERS - this.#open;
    if (free === 0 || !mayHoldMore(held, free, MOST_FOLLOWERS)) {
      throw new PlatformError('overloaded', `${held} readers follow runs of the project, as many as may now`, {
        hint: 'Follow fewer runs at once, or show the run from time to time.',
      });
    }
    this.#projects.set(projectId, held + 1);
    this.#open += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#open -= 1;
      const left = (this.#projects.get(projectId) ?? 1) - 1;
      if (left === 0) this.#projects.delete(projectId);
      else this.#projects.set(projectId, left);
    };
  }

  /** Resolves at the next append to a run on this server, or to no run before `stop`. */
  next(run: string): { readonly next: Promise<void>; stop(): void } {
    const waiting = this.#waiting.get(run) ?? new Set<() => void>();
    this.#waiting.set(run, waiting);
    const { promise: next, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    return {
      next,
      stop: () => {
        waiting.delete(resolve);
        if (waiting.size === 0 && this.#waiting.get(run) === waiting) this.#waiting.delete(run);
      },
    };
  }

  appended(run: string): void {
    for (const resolve of this.#waiting.get(run) ?? []) resolve();
  }
}
