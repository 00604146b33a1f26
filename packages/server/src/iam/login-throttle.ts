import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';

const FREE_FAILURES = 5;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5 * 60 * 1000;
const MAX_NAMES = 10_000;

/** After five failures for a name each further try must wait twice as long as the one before, up to five minutes. */
export class LoginThrottle {
  readonly #clock: Clock;
  readonly #names = new Map<string, { failures: number; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws `overloaded` while the name has to wait. */
  admit(name: string): void {
    const entry = this.#names.get(name);
    if (entry === undefined || entry.until <= this.#clock.now()) return;
    const seconds = Math.ceil((entry.until - this.#clock.now()) / 1000);
    throw new PlatformError('overloaded', `Too many failed logins for this name; try again in ${seconds} s.`);
  }

  failed(name: string): void {
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    const failures = (this.#names.get(name)?.failures ?? 0) + 1;
    const pause =
      failures < FREE_FAILURES ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failures - FREE_FAILURES), LONGEST_PAUSE_MS);
    this.#names.set(name, { failures, until: this.#clock.now() + pause });
  }

  succeeded(name: string): void {
    this.#names.delete(name);
  }
}
