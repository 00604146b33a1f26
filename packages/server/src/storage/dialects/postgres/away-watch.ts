/** What does not need the database is done by then. */
const GRACE_MS = 1_000;

type Refuse = (error: Error) => void;

/**
 * Cuts waiting short. Work whose commit was on its way when the database went away ends when it is back, since only then
 * one knows how; and others may wait for that work. Whoever asked for it is not to wait as long.
 */
export class AwayWatch {
  readonly #waiting = new Set<Refuse>();
  readonly #awayError: () => Error | undefined;

  /** `awayError` is undefined while the database can be reached, or is expected back at any moment. */
  constructor(awayError: () => Error | undefined) {
    this.#awayError = awayError;
  }

  /** Settles like `work`, which goes on in any case; rejects earlier when the database is away. */
  over<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      if (this.#awayError() !== undefined) this.#cutLater([reject]);
      work.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  /** The database is away for longer. */
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
