import { StorageError } from '../../errors.ts';
import { transactionTimeout } from '../../refusals.ts';
import type { EngineLink } from './engine-link.ts';

interface Waiter {
  /** The connection that wants a transaction; undefined for a single statement. */
  readonly owner: object | undefined;
  readonly go: () => void;
}

const maxWaiting = 50_000;

/**
 * Lets one transaction at a time use the only connection. While it is open, the statements and transactions of others
 * wait in order of arrival. A transaction that stays open longer than `maxTransactionMs` is rolled back, because it
 * blocks all other callers; its later statements are refused with `storage.transaction_timeout`.
 */
export class TransactionGate {
  readonly #link: EngineLink;
  maxTransactionMs: number;
  readonly #expired = new WeakSet<object>();
  readonly #waiting: Waiter[] = [];
  #head = 0;
  #owner: object | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(link: EngineLink, options: { maxTransactionMs: number }) {
    this.#link = link;
    this.maxTransactionMs = options.maxTransactionMs;
  }

  /** Calls `send` when it is the connection's turn. `send` must make its engine call before it first waits. */
  run<T>(connection: object, send: () => Promise<T>): Promise<T> {
    if (this.#expired.has(connection)) return Promise.reject(transactionTimeout(this.maxTransactionMs));
    if (this.#owner === connection || this.#free()) return send();
    return this.#wait(undefined, send);
  }

  /** Resolves when the transaction of this connection is open; no other statement runs in between. */
  begin(connection: object): Promise<void> {
    const open = (): Promise<void> => this.#open(connection);
    return this.#free() ? open() : this.#wait(connection, open);
  }

  /** Resolves when the open transaction has ended and all calls that wait now have been sent. */
  drain(): Promise<void> {
    const nothing = (): Promise<void> => Promise.resolve();
    return this.#free() ? nothing() : this.#wait(undefined, nothing);
  }

  async end(connection: object, op: 'commit' | 'rollback'): Promise<void> {
    if (this.#owner !== connection) {
      if (op === 'commit') throw transactionTimeout(this.maxTransactionMs);
      return;
    }
    // The next waiter may be sent at once: the engine keeps the order of calls.
    const ended = this.#link.call({ op });
    this.#release();
    await ended;
  }

  #expire(connection: object): void {
    if (this.#owner !== connection) return;
    this.#expired.add(connection);
    // The next waiter reports a broken link itself.
    this.#link.call({ op: 'rollback' }).catch(() => undefined);
    this.#release();
  }

  async #open(connection: object): Promise<void> {
    this.#owner = connection;
    try {
      await this.#link.call({ op: 'begin' });
    } catch (error) {
      this.#release();
      throw error;
    }
    this.#timer = setTimeout(() => this.#expire(connection), this.maxTransactionMs);
    this.#timer.unref();
  }

  #free(): boolean {
    return this.#owner === undefined && this.#head === this.#waiting.length;
  }

  #wait<T>(owner: object | undefined, send: () => Promise<T>): Promise<T> {
    if (this.#waiting.length - this.#head >= maxWaiting) {
      return Promise.reject(
        new StorageError('storage.overloaded', `${maxWaiting} statements wait for a transaction to end`, {
          hint: 'Try again later.',
        }),
      );
    }
    return new Promise((resolve, reject) => {
      // Sent from inside `go`, not after it: a transaction begun in between would include the statement.
      this.#waiting.push({ owner, go: () => void send().then(resolve, reject) });
    });
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#owner = undefined;
    while (this.#owner === undefined) {
      const next = this.#waiting[this.#head];
      if (next === undefined) break;
      this.#head += 1;
      this.#owner = next.owner;
      next.go();
    }
    if (this.#head === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#head = 0;
    }
  }
}
