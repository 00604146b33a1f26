/**
 * Counts pings that a process leaves unanswered. Turns of a timer are counted, not time: a server that stood still itself
 * (a suspended machine) has missed one turn, whatever the clock says.
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
