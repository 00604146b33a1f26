import type { Clock, Timer } from '../../lib/clock.ts';
import type { HookAnswer } from '../runtime-link/index.ts';

export const HEARTBEAT_EVERY_MS = 5_000;
export const HEARTBEAT_TIMEOUT_MS = 3_000;
export const HEARTBEAT_MOST_MISSES = 6;

interface HeartbeatOptions {
  /** Calls the heartbeat function; rejects when the instance has ended anyway. */
  readonly beat: (seq: number) => Promise<HookAnswer>;
  readonly clock: Clock;
  /** Called once: the instance must be stopped. */
  readonly onDead: (why: string) => void;
}

/**
 * Calls the heartbeat function every five seconds. A bad answer, however late, ends the instance at once; a call
 * without an answer within three seconds is missed, and six missed in a row end it, too. Paused while the instance is
 * frozen.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #next: Timer | undefined;
  #patience: Timer | undefined;
  #seq = 0;
  #missed = 0;
  #over = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** The next call is made five seconds from now. No effect while it runs. */
  resume(): void {
    if (this.#over || this.#next !== undefined) return;
    this.#next = this.#options.clock.after(HEARTBEAT_EVERY_MS, () => this.#ask());
  }

  /** An open call does not count as missed: a frozen instance cannot answer. */
  pause(): void {
    this.#next?.cancel();
    this.#patience?.cancel();
    this.#next = undefined;
    this.#patience = undefined;
  }

  /** Permanently. */
  stop(): void {
    this.#over = true;
    this.pause();
  }

  #ask(): void {
    const { beat, clock } = this.#options;
    this.#next = clock.after(HEARTBEAT_EVERY_MS, () => this.#ask());
    this.#seq += 1;
    const patience = clock.after(HEARTBEAT_TIMEOUT_MS, () => this.#miss());
    this.#patience = patience;
    beat(this.#seq).then(
      ({ ok, error }) => {
        if (!ok) return this.#condemn(`the heartbeat function answered badly: ${error ?? 'no reason was given'}`);
        // After the timeout a newer call's timer runs, or none.
        if (this.#patience !== patience) return;
        patience.cancel();
        this.#patience = undefined;
        this.#missed = 0;
      },
      () => this.stop(),
    );
  }

  #miss(): void {
    this.#patience = undefined;
    this.#missed += 1;
    if (this.#missed < HEARTBEAT_MOST_MISSES) return;
    const seconds = HEARTBEAT_TIMEOUT_MS / 1000;
    this.#condemn(`the heartbeat function gave no answer within ${seconds} seconds, ${this.#missed} times in a row`);
  }

  #condemn(why: string): void {
    if (this.#over) return;
    this.stop();
    this.#options.onDead(why);
  }
}
