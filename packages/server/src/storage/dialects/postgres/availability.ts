import { unavailable } from './failure.ts';

/** Calls wait this long for an unavailable database; later ones are refused at once. */
const WAIT_MS = 3_000;
/** Work that needs no answer of the database ends within this time. */
const GRACE_MS = 1_000;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Whether the database can be reached, and how long callers wait for it. */
export class Availability {
  /** Why it cannot be reached. */
  #reason: Error | undefined;
  /** It cannot be reached for longer than `WAIT_MS`, or will not be used again. */
  #refusing = false;
  #ended = false;
  #patience: NodeJS.Timeout | undefined;
  readonly #waiting = new Set<Waiter>();
  readonly #patient = new Set<Waiter>();
  readonly #watched = new Set<(error: Error) => void>();

  /** Resolves when the database can be reached; rejects with `unavailable` after some seconds. */
  soon(): Promise<void> {
    if (this.#reason !== undefined && this.#refusing) return Promise.reject(this.#error());
    return this.#wait(this.#waiting);
  }

  /** Resolves when the database can be reached, however long that takes; rejects when it will not be used again. */
  again(): Promise<void> {
    if (this.#reason !== undefined && this.#ended) return Promise.reject(this.#error());
    return this.#wait(this.#patient);
  }

  /** Settles like `work`; rejects earlier while the database is unavailable. `work` itself is not cancelled. */
  over<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#watched.add(reject);
      if (this.#refusing) this.#rejectLater([reject]);
      work.then(resolve, reject).finally(() => this.#watched.delete(reject));
    });
  }

  lost(reason: Error): void {
    this.#reason = reason;
    this.#patience ??= setTimeout(() => this.#refuse([this.#waiting]), WAIT_MS);
  }

  back(): void {
    this.#reason = undefined;
    this.#refusing = false;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    for (const waiters of [this.#waiting, this.#patient]) {
      for (const waiter of waiters) waiter.resolve();
      waiters.clear();
    }
  }

  /** From now on no caller waits. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#patience);
    this.#refuse([this.#waiting, this.#patient]);
  }

  #refuse(refused: readonly Set<Waiter>[]): void {
    this.#refusing = true;
    for (const waiters of refused) {
      for (const waiter of waiters) waiter.reject(this.#error());
      waiters.clear();
    }
    this.#rejectLater([...this.#watched]);
  }

  #wait(waiters: Set<Waiter>): Promise<void> {
    if (this.#reason === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => waiters.add({ resolve, reject }));
  }

  #rejectLater(rejects: readonly ((error: Error) => void)[]): void {
    if (rejects.length === 0) return;
    setTimeout(() => {
      if (this.#refusing && this.#reason !== undefined) for (const reject of rejects) reject(this.#error());
    }, GRACE_MS);
  }

  #error(): Error {
    return unavailable(this.#reason?.message ?? 'the database is closed', this.#reason?.cause);
  }
}
