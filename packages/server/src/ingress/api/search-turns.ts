import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';

/** Searches of a project at once; one of them runs, the others wait. */
const MAX_SEARCHES = 5;

/** A project has one search of a log at a time, so that no other project waits for its searches. */
export class SearchTurns {
  readonly #lock = new KeyLock();
  readonly #searches = new Map<string, number>();

  /** Throws `overloaded`. */
  async run<T>(project: string, search: () => Promise<T>): Promise<T> {
    const count = this.#searches.get(project) ?? 0;
    if (count >= MAX_SEARCHES) throw new PlatformError('overloaded', 'too many searches in the logs of the project');
    this.#searches.set(project, count + 1);
    try {
      return await this.#lock.run(project, search);
    } finally {
      const left = (this.#searches.get(project) ?? 1) - 1;
      if (left === 0) this.#searches.delete(project);
      else this.#searches.set(project, left);
    }
  }
}
