import type { Clock, Timer } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';

/** How long the caller of a function or a flow waits for the beginning of its answer. What was called continues. */
export class Deadline {
  readonly #ms: number;
  readonly #over = new AbortController();
  readonly #timer: Timer;
  readonly #what: string;

  constructor(clock: Clock, ms: number, what: 'function' | 'flow') {
    this.#ms = ms;
    this.#what = what;
    this.#timer = clock.after(ms, () => this.#over.abort());
  }

  /** Aborts when the time is over: a later answer is discarded. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** The answer has begun. */
  lift(): void {
    this.#timer.cancel();
  }

  /** The result of `running`. Rejects with `url_timeout` when the time is over before. */
  async hold<T>(running: Promise<T>): Promise<T> {
    const late = new Promise<never>((_, reject) => {
      this.over.addEventListener('abort', () => {
        reject(new PlatformError('url_timeout', `The ${this.#what} did not answer within ${this.#ms} ms.`));
      });
    });
    try {
      return await Promise.race([running, late]);
    } finally {
      this.lift();
    }
  }
}
