/** A supervisor and our parent may both forward the same signal. */
const SAME_SIGNAL_MS = 500;

/**
 * Requests to stop this process: SIGTERM, SIGINT and the end of the process that started it, from the moment this is made.
 * `signal` aborts at the first one, with its name as the reason.
 */
export class StopRequest {
  readonly #first = new AbortController();
  #firstAt = 0;
  #onSecond: () => void = () => process.exit(1);

  constructor() {
    const stop = (reason: NodeJS.Signals | 'disconnect'): void => this.#take(reason);
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    process.on('disconnect', () => stop('disconnect'));
  }

  get signal(): AbortSignal {
    return this.#first.signal;
  }

  /** Called for each further request, which demands an immediate end. Without a listener the process ends at once. */
  onSecond(listener: () => void): void {
    this.#onSecond = listener;
  }

  #take(reason: NodeJS.Signals | 'disconnect'): void {
    if (!this.#first.signal.aborted) {
      this.#firstAt = performance.now();
      this.#first.abort(reason);
    } else if (performance.now() - this.#firstAt >= SAME_SIGNAL_MS) this.#onSecond();
  }
}
