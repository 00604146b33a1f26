import type { Clock } from './clock.ts';

/** Bounds how often a notice is written that a peer may cause as often as it likes. */
export class RareNotice {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #everyMs: number;
  #next = Number.NEGATIVE_INFINITY;
  #omitted = 0;

  constructor(clock: Pick<Clock, 'monotonic'>, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Writes it with the number of those that were left out before, or leaves it out. */
  request(write: (omitted: number) => void): void {
    const now = this.#clock.monotonic();
    if (now < this.#next) {
      this.#omitted += 1;
      return;
    }
    this.#next = now + this.#everyMs;
    const omitted = this.#omitted;
    this.#omitted = 0;
    write(omitted);
  }
}
