import { BucketError } from './errors.ts';

/** Limits the writes of a project that run at once on this server. */
export class WriteGate {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  running(projectId: string): number {
    return this.#counts.get(projectId) ?? 0;
  }

  /** Throws `SlowDown` instead of running one more than the limit. */
  async run<T>(projectId: string, work: () => Promise<T>): Promise<T> {
    const running = this.running(projectId);
    if (running >= this.#most) {
      throw new BucketError('SlowDown', `The project writes ${running} objects at once. Try again soon.`);
    }
    this.#counts.set(projectId, running + 1);
    try {
      return await work();
    } finally {
      const left = (this.#counts.get(projectId) ?? 1) - 1;
      if (left === 0) this.#counts.delete(projectId);
      else this.#counts.set(projectId, left);
    }
  }
}
