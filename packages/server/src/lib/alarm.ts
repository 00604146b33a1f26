import type { Clock, Timer } from './clock.ts';

/** Rings once at the earliest of the times that were asked for since it rang last; at once for a time that is over. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #set: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Ms since epoch. */
  at(dueAt: number): void {
    const ms = dueAt - this.#clock.now();
    if (ms <= 0) {
      this.#ring();
      return;
    }
    if (this.#set !== undefined && this.#set.at <= dueAt) return;
    this.cancel();
    const ring = (): void => {
      this.#set = undefined;
      this.#ring();
    };
    this.#set = { at: dueAt, timer: this.#clock.after(ms, ring) };
  }

  cancel(): void {
    this.#set?.timer.cancel();
    this.#set = undefined;
  }
}
