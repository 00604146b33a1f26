import { BucketError } from './errors.ts';

/** Limits the writes of a project that run at once on this server. */
export class WriteGate {
  readonly #most: number;
  readonly #running = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Throws `SlowDown` instead of running one more than the limit. */
  async run<T>(projectId: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(projectId) ?? 0;
    if (running >= this.#most) {
      throw new BucketError('SlowDown', `The project writes ${running} objects at once. Try again soon.`);
    }
    this.#running.set(projectId, running + 1);
    try {
      return await work();
    } finally {
      const left = (this.#running.get(projectId) ?? 1) - 1;
      if (left === 0) this.#running.delete(projectId);
      else this.#running.set(projectId, left);
    }
  }
}
