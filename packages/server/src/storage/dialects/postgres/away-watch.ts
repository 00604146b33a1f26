/** Work that needs no answer of the database ends within this time. */
const GRACE_MS = 1_000;

type Refuse = (error: Error) => void;

/**
 * Limits waiting while the database is unavailable. Whether an interrupted commit is stored is known only after
 * reconnecting; work that waits for such a commit, or behind it, can take that long. Callers get an error earlier.
 */
export class AwayWatch {
  readonly #waiting = new Set<Refuse>();
  readonly #awayError: () => Error | undefined;

  /** `awayError` is undefined while the database can be reached, or is expected to be reachable again in a moment. */
  constructor(awayError: () => Error | undefined) {
    this.#awayError = awayError;
  }

  /** Settles like `work`; rejects earlier while the database is unavailable. `work` itself is not cancelled. */
  over<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      if (this.#awayError() !== undefined) this.#cutLater([reject]);
      work.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  /** Call when the database stays unavailable. */
  away(): void {
    this.#cutLater([...this.#waiting]);
  }

  #cutLater(refuse: readonly Refuse[]): void {
    if (refuse.length === 0) return;
    setTimeout(() => {
      const error = this.#awayError();
      if (error !== undefined) for (const reject of refuse) reject(error);
    }, GRACE_MS);
  }
}
