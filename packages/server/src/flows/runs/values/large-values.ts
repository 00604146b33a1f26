import { WorkerThread } from '../../../lib/worker-thread.ts';
import type { ValueCall, ValueResult } from './value-calls.ts';

/** More calls wait: each holds values of several megabytes in both threads. */
const AT_ONCE = 4;

/** Work on values that are too large for the main thread. The thread starts with the first of them. */
export class LargeValues {
  #thread: Promise<WorkerThread<ValueCall, ValueResult>> | undefined;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** Rejects when the thread ended; the next call starts another. */
  async do(call: ValueCall): Promise<ValueResult> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      this.#thread ??= this.#start();
      return await (await this.#thread).call(call);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #start(): Promise<WorkerThread<ValueCall, ValueResult>> {
    const onDeath = (): void => {
      this.#thread = undefined;
    };
    const options = { from: import.meta.url, entry: './value-thread', name: 'flow values', maxPending: AT_ONCE };
    try {
      return await WorkerThread.start<ValueCall, ValueResult>({ ...options, onDeath });
    } catch (error) {
      onDeath();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await (await thread)?.close();
  }
}
