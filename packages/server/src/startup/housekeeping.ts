import type { Logger } from 'pino';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Queue } from '../queue/index.ts';

const EVERY_MS = 60 * 60 * 1000;
const DAY_MS = 24 * EVERY_MS;
/** Status of finished asynchronous invocations is kept this long, dead letters with their events longer. */
const KEEP_FINISHED_MS = 7 * DAY_MS;
const KEEP_DEAD_MS = 30 * DAY_MS;

/** What has to be thrown away from time to time, once an hour. */
export class Housekeeping {
  readonly #parts: { readonly queue: Queue; readonly clock: Clock; readonly log: Logger };
  #timer: Timer | undefined;

  constructor(parts: { readonly queue: Queue; readonly clock: Clock; readonly log: Logger }) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = this.#parts.clock.after(EVERY_MS, () => {
      this.#sweep().catch((error: unknown) =>
        this.#parts.log.error({ err: error }, 'old messages could not be removed'),
      );
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  async #sweep(): Promise<void> {
    const { queue, clock } = this.#parts;
    await queue.purge(clock.now() - KEEP_FINISHED_MS, ['done', 'cancelled']);
    await queue.purge(clock.now() - KEEP_DEAD_MS, ['dead']);
  }
}
