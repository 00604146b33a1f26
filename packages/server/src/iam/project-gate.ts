import { PlatformError } from '../lib/platform-error.ts';

/**
 * Keeps projects from being deleted while something may be created in them: a request that was allowed before the deletion
 * would store its rows after it, where no request could reach them.
 */
export class ProjectGate {
  readonly #inside = new Map<string, number>();
  readonly #closed = new Set<string>();

  /** Runs work that may create something in a project. Throws `resource_in_use` while the project is being deleted. */
  async during<T>(projectId: string, work: () => Promise<T>): Promise<T> {
    if (this.#closed.has(projectId)) {
      throw new PlatformError('resource_in_use', 'the project is being deleted');
    }
    this.#inside.set(projectId, (this.#inside.get(projectId) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#inside.get(projectId) ?? 1) - 1;
      if (left > 0) this.#inside.set(projectId, left);
      else this.#inside.delete(projectId);
    }
  }

  /** Runs the deletion of projects. Throws `resource_in_use` while other work runs in one of them. */
  async closed<T>(projectIds: readonly string[], work: () => Promise<T>): Promise<T> {
    if (projectIds.some((id) => this.#inside.has(id) || this.#closed.has(id))) {
      throw new PlatformError('resource_in_use', 'another request is changing the project', {
        hint: 'Try again when it is done.',
      });
    }
    for (const id of projectIds) this.#closed.add(id);
    try {
      return await work();
    } finally {
      for (const id of projectIds) this.#closed.delete(id);
    }
  }
}
