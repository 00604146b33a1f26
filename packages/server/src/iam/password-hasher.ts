import { PlatformError } from '../lib/platform-error.ts';
import { WorkerThread } from '../lib/worker-thread.ts';
import type { PasswordCall, PasswordResult } from './password-work.ts';

/** Each takes about a tenth of a second and 32 MB. */
const MAX_WAITING = 32;

/**
 * Hashes passwords one at a time in a thread of its own, which starts with the first one, so that neither the event
 * loop nor the thread pool for files waits. All operations throw `overloaded` when too many wait.
 */
export class PasswordHasher {
  readonly #cost: number | undefined;
  #thread: Promise<WorkerThread<PasswordCall, PasswordResult>> | undefined;
  #waiting = 0;

  /** `cost`: less than usual, for tests of something else. Hashes match only with the cost that they were made with. */
  constructor(cost?: number) {
    this.#cost = cost;
  }

  /** As `hashPassword`. */
  async hash(password: string): Promise<string> {
    return String(await this.#call({ kind: 'hash', password }));
  }

  async matches(password: string, hash: string): Promise<boolean> {
    return (await this.#call({ kind: 'match', password, hash })) === true;
  }

  async stop(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await (await thread)?.close();
  }

  async #call(call: PasswordCall): Promise<PasswordResult> {
    if (this.#waiting >= MAX_WAITING) {
      throw new PlatformError('overloaded', 'Too many passwords are being checked or set; try again later.', {
        retryAfterSeconds: 5,
      });
    }
    this.#waiting += 1;
    try {
      this.#thread ??= this.#start();
      return await (await this.#thread).call(call);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** The next call starts another when this one fails or dies. */
  #start(): Promise<WorkerThread<PasswordCall, PasswordResult>> {
    const forget = (): void => {
      if (this.#thread === starting) this.#thread = undefined;
    };
    const starting = WorkerThread.start<PasswordCall, PasswordResult>({
      from: import.meta.url,
      entry: './password-thread',
      name: 'passwords',
      data: this.#cost,
      maxPending: MAX_WAITING,
      onDeath: forget,
    });
    starting.catch(forget);
    return starting;
  }
}
