/**
 * Counts pings that a process leaves unanswered. It counts turns of a timer, not time: a server that was suspended
 * itself has missed one turn only, however much time has passed.
 */
export class Watchdog {
  readonly #missedPings: number;
  readonly #actions: { readonly ping: () => void; readonly onHung: () => void };
  #timer: NodeJS.Timeout | undefined;
  #missed = 0;

  constructor(missedPings: number, actions: { readonly ping: () => void; readonly onHung: () => void }) {
    this.#missedPings = missedPings;
    this.#actions = actions;
  }

  start(pingMs: number): void {
    this.#timer = setInterval(() => this.#turn(), pingMs);
    this.#timer.unref();
  }

  /** Any message of the process shows that it works. */
  heard(): void {
    this.#missed = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #turn(): void {
    if (this.#missed >= this.#missedPings) {
      this.stop();
      this.#actions.onHung();
      return;
    }
    this.#missed += 1;
    this.#actions.ping();
  }
}
