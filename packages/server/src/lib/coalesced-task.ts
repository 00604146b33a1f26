/**
 * Runs `work` one at a time. Requests that arrive during a run lead to one more run after it, so that each request is
 * followed by a run that began after it. The first run begins before `request` returns.
 */
export class CoalescedTask {
  readonly #work: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #running = false;
  #requested = false;
  #whenIdle: (() => void)[] = [];

  /** `onError` gets the error of a run; requests made during that run are still served. */
  constructor(work: () => Promise<void>, onError: (error: unknown) => void) {
    this.#work = work;
    this.#onError = onError;
  }

  request(): void {
    this.#requested = true;
    if (this.#running) return;
    this.#running = true;
    void this.#runWhileRequested();
  }

  /** Resolves when no run is under way or requested. */
  idle(): Promise<void> {
    return this.#running ? new Promise((resolve) => this.#whenIdle.push(resolve)) : Promise.resolve();
  }

  async #runWhileRequested(): Promise<void> {
    // Between the last check and the end of `#running` there must be no await: a request made there would be lost.
    try {
      while (this.#requested) {
        this.#requested = false;
        try {
          await this.#work();
        } catch (error) {
          this.#onError(error);
        }
      }
    } finally {
      this.#running = false;
      const waiting = this.#whenIdle;
      this.#whenIdle = [];
      for (const resolve of waiting) resolve();
    }
  }
}
