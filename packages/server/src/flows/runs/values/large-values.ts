import { WorkerThread } from '../../../lib/worker-thread.ts';
import type { ValueCall, ValueResult } from './value-calls.ts';

/** More calls wait: each holds values of several megabytes in both threads. */
const AT_ONCE = 4;

/** Work on the large values of one project. */
export interface LargeWork {
  /** Rejects when the thread ended; the next call starts another. */
  do(call: ValueCall): Promise<ValueResult>;
}

/**
 * Work on values that are too large for the main thread. The thread starts with the first of them. Projects come in turn,
 * so that the large values of one delay no other for long.
 */
export class LargeValues {
  #thread: Promise<WorkerThread<ValueCall, ValueResult>> | undefined;
  /** Calls that wait, by project; the first project is next. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #running = 0;

  of(projectId: string): LargeWork {
    return { do: (call) => this.#do(projectId, call) };
  }

  async #do(projectId: string, call: ValueCall): Promise<ValueResult> {
    if (this.#running < AT_ONCE) this.#running += 1;
    else await this.#turn(projectId);
    try {
      this.#thread ??= this.#start();
      return await (await this.#thread).call(call);
    } finally {
      this.#next();
    }
  }

  #turn(projectId: string): Promise<void> {
    const calls = this.#waiting.get(projectId) ?? [];
    this.#waiting.set(projectId, calls);
    return new Promise((resolve) => calls.push(resolve));
  }

  /** The place of a call that ended goes to the next one. */
  #next(): void {
    const [entry] = this.#waiting;
    if (entry === undefined) {
      this.#running -= 1;
      return;
    }
    const [projectId, calls] = entry;
    this.#waiting.delete(projectId);
    const begin = calls.shift();
    if (calls.length > 0) this.#waiting.set(projectId, calls);
    begin?.();
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
