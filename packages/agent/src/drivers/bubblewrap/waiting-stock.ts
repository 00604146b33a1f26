/** Two serve starts one after another on a busy machine; more would only help bursts, which want whole runtimes. */
const KEPT = 2;
/** Making a sandbox takes processor time from the interpreter that has just started, so it begins this much later. */
const DELAY_MS = 60;
/** When no sandbox waits, the next start would have to make its own. */
const DELAY_OF_FIRST_MS = 5;

export interface Waiting {
  /** Settles when it has ended, by itself too. */
  readonly ended: Promise<unknown>;
  /** Resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/**
 * Sandboxes made ahead of their use, a few at most, one after another, and never while a sandbox starts. The first are
 * made after the first start. When one cannot be made, the next start tries again.
 */
export class WaitingStock<Sandbox extends Waiting> {
  readonly #make: () => Promise<Sandbox>;
  readonly #kept: Sandbox[] = [];
  #starts = 0;
  #timer: NodeJS.Timeout | undefined;
  #filling: Promise<void> | undefined;
  #closed = false;

  constructor(make: () => Promise<Sandbox>) {
    this.#make = make;
  }

  /** The one that has waited longest belongs to the caller now. */
  take(): Sandbox | undefined {
    return this.#kept.shift();
  }

  /** Runs a start; after the last one that runs, the stock is filled. */
  async during<T>(start: () => Promise<T>): Promise<T> {
    this.#starts += 1;
    clearTimeout(this.#timer);
    try {
      return await start();
    } finally {
      this.#starts -= 1;
      if (this.#starts === 0) this.#fillSoon();
    }
  }

  /** Resolves when no sandbox waits any more; none is made later. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#filling;
    await Promise.all(this.#kept.splice(0).map((sandbox) => sandbox.stop()));
  }

  #fillSoon(): void {
    if (this.#closed || this.#kept.length >= KEPT) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        // This is checked again after the sandbox that is being made.
        this.#filling ??= this.#makeOne();
      },
      this.#kept.length === 0 ? DELAY_OF_FIRST_MS : DELAY_MS,
    );
    this.#timer.unref();
  }

  async #makeOne(): Promise<void> {
    try {
      const sandbox = await this.#make();
      this.#kept.push(sandbox);
      const forget = (): void => {
        const at = this.#kept.indexOf(sandbox);
        if (at !== -1) this.#kept.splice(at, 1);
      };
      sandbox.ended.then(forget, forget);
      if (this.#starts === 0) this.#fillSoon();
    } catch {
      // The next start tries again.
    } finally {
      this.#filling = undefined;
    }
  }
}
