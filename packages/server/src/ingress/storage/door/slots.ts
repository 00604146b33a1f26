import { StorageError } from '../errors.ts';

/** Bodies and objects on their way at once: each holds a file, a connection and some buffers. */
const MOST = 512;
const MOST_OF_PROJECT = 128;

/** Counts them, of each project and in all. */
export class Slots {
  readonly #byProject = new Map<string, number>();
  #used = 0;

  get used(): number {
    return this.#used;
  }

  /** Returns the release, which may be called again. Throws `SlowDown`, which clients repeat by themselves. */
  take(projectId: string): () => void {
    const own = this.#byProject.get(projectId) ?? 0;
    if (own >= MOST_OF_PROJECT || this.#used >= MOST) {
      throw new StorageError('SlowDown', 'Too many objects are on their way at once; try again.', {
        hint: `A project may have ${MOST_OF_PROJECT}, the server ${MOST}.`,
      });
    }
    this.#byProject.set(projectId, own + 1);
    this.#used += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used -= 1;
      const left = (this.#byProject.get(projectId) ?? 1) - 1;
      if (left > 0) this.#byProject.set(projectId, left);
      else this.#byProject.delete(projectId);
    };
  }
}
