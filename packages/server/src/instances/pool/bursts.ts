const WINDOW_MS = 1_000;

/** Counts events by second, for a limited time. */
export class Bursts {
  readonly #keepMs: number;
  /** One for each second with an event; at most as many as seconds are remembered. */
  #seconds: { readonly begin: number; count: number }[] = [];
  #last: number | undefined;

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  add(now: number): void {
    const second = this.#seconds.at(-1);
    if (second !== undefined && now - second.begin < WINDOW_MS) second.count += 1;
    else this.#seconds.push({ begin: now, count: 1 });
    this.#last = now;
  }

  /** Ms since the last event; undefined before the first. */
  sinceLast(now: number): number | undefined {
    return this.#last === undefined ? undefined : now - this.#last;
  }

  /** The most events within one second; 0 without remembered events. */
  largest(now: number): number {
    this.#seconds = this.#seconds.filter(({ begin }) => begin > now - this.#keepMs);
    return this.#seconds.reduce((most, { count }) => Math.max(most, count), 0);
  }
}
