import type { Logger } from 'pino';
import type { Instance } from '../instance/instance.ts';

/** Instances that take no more requests and are ending; some run a pre-stop handler first. */
export class Departures {
  readonly #log: Logger;
  readonly #leaving = new Set<Instance>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Ends an instance gracefully. Never rejects; idempotent. */
  end(instance: Instance): Promise<void> {
    return this.#leave(instance, () => instance.end());
  }

  /** Cleans up after an instance that ended by itself. Never rejects; idempotent. */
  clear(instance: Instance): Promise<void> {
    return this.#leave(instance, () => instance.stop());
  }

  async #leave(instance: Instance, work: () => Promise<unknown>): Promise<void> {
    this.#leaving.add(instance);
    try {
      await work();
    } catch (error) {
      this.#log.error({ instanceId: instance.id, err: error }, 'instance could not be stopped');
    } finally {
      this.#leaving.delete(instance);
    }
  }

  /** Resolves when all instances that are ending now have ended. */
  async gone(): Promise<void> {
    await Promise.all([...this.#leaving].map((instance) => instance.exited));
  }

  /** Stops them at once, without pre-stop handlers. */
  cut(): void {
    // A failure is reported where the end is awaited.
    for (const instance of this.#leaving) instance.stop().catch(() => {});
  }
}
