const LINES_A_SECOND = 5_000;
const BYTES_A_SECOND = 8 * 1024 * 1024;

/** Bounds what one instance may log in a second, so that a flood costs the instance its own lines and nobody else's. */
export class LogBudget {
  readonly #now: () => number;
  #second = 0;
  #lines = 0;
  #bytes = 0;
  #dropped = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a line may pass. `dropped` is how many were held back in the second before; told once. */
  admit(bytes: number): { readonly pass: boolean; readonly dropped: number } {
    const second = Math.floor(this.#now() / 1000);
    let dropped = 0;
    if (second !== this.#second) {
      dropped = this.#dropped;
      this.#second = second;
      this.#lines = 0;
      this.#bytes = 0;
      this.#dropped = 0;
    }
    this.#lines += 1;
    this.#bytes += bytes;
    const pass = this.#lines <= LINES_A_SECOND && this.#bytes <= BYTES_A_SECOND;
    if (!pass) this.#dropped += 1;
    return { pass, dropped };
  }

  /** How many lines were held back and not told yet; for a moment after which nothing may come for long. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
