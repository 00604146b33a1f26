import type { Logger } from 'pino';
import type { Instance } from './instance.ts';

/** Instances that take no requests any more and are on their way out; some have a pre-stop handler to run first. */
export class Departures {
  readonly #log: Logger;
  readonly #leaving = new Set<Instance>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Lets an instance end in its own time. Never rejects; idempotent. */
  end(instance: Instance): Promise<void> {
    return this.#leave(instance, () => instance.end());
  }

  /** Clears up after one that ended by itself. Never rejects; idempotent. */
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

  /** Resolves when all that leave now are gone. */
  async gone(): Promise<void> {
    await Promise.all([...this.#leaving].map((instance) => instance.exited));
  }

  /** Ends them without waiting for anything. */
  cut(): void {
    // A failure is told by whoever waits for the end.
    for (const instance of this.#leaving) instance.stop().catch(() => {});
  }
}
