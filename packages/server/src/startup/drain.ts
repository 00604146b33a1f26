import type { Logger } from 'pino';

const INTERRUPTED = {
  sync: 'an invocation is interrupted',
  gateway: 'an invocation is interrupted',
  async: 'an invocation is interrupted and returned to the queue',
  flow: 'an invocation is interrupted, and its flow will make it again',
} as const;

interface RunningRequest {
  readonly requestId: string;
  readonly functionUrn: string;
  readonly mode: keyof typeof INTERRUPTED;
  readonly ranMs: number;
}

export interface DrainParts {
  /** How long running invocations may go on. */
  readonly drainMs: number;
  readonly requests: {
    readonly size: number;
    list(most: number): readonly RunningRequest[];
    cut(): void;
  };
  readonly log: Logger;
}

/**
 * From the end of the instances until connections are closed: interrupted invocations are answered, or returned to the
 * queue.
 */
export const ANSWER_MS = 2_000;
const REPORT_EVERY_MS = 10_000;
const MOST_IN_REPORT = 20;
const MOST_CUT_IN_LOG = 1_000;

/** The time in which running invocations may end when the server stops, and the messages about it for the operator. */
export class Drain {
  readonly #parts: DrainParts;
  readonly #cut = new AbortController();
  readonly #closed = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #begun = new AbortController();

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  /** Fires when the server begins to stop: no further work is taken. */
  get begun(): AbortSignal {
    return this.#begun.signal;
  }

  /** Fires when the time is over: instances are ended. */
  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  /** Fires a little later: waits for connections and stored results end then. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Idempotent. */
  begin(): void {
    if (this.#begun.signal.aborted) return;
    this.#begun.abort();
    this.#report();
    this.#timers.push(
      setInterval(() => this.#report(), REPORT_EVERY_MS).unref(),
      setTimeout(() => this.#end(), this.#parts.drainMs),
      setTimeout(() => this.#closed.abort(), this.#parts.drainMs + ANSWER_MS),
    );
  }

  /** The server has stopped. */
  over(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #report(): void {
    const { requests, drainMs, log } = this.#parts;
    const { size } = requests;
    if (size === 0 || this.#cut.signal.aborted) return;
    log.info({ running: size, drainMs, requests: requests.list(MOST_IN_REPORT) }, 'waiting for running invocations');
  }

  #end(): void {
    const { requests, log } = this.#parts;
    requests.cut();
    for (const request of requests.list(MOST_CUT_IN_LOG)) {
      log.warn(request, INTERRUPTED[request.mode]);
    }
    if (requests.size > MOST_CUT_IN_LOG) log.warn({ cut: requests.size }, 'more invocations are cut than are listed');
    this.#cut.abort();
  }
}
