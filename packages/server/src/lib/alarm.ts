import type { Clock, Timer } from './clock.ts';

/** Rings once at the earliest of the times requested since it last rang; at once for a time in the past. */
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
