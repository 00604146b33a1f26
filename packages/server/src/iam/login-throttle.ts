import type { Clock } from '../lib/clock.ts';
import { KeyLock } from '../lib/key-lock.ts';
import { PlatformError } from '../lib/platform-error.ts';

const FREE_FAILURES = 5;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5 * 60 * 1000;
const MAX_NAMES = 10_000;
/** Attempts that wait or run; each takes a moment of a core and 32 MB. */
const MAX_AT_ONCE = 100;

/**
 * After five failures for a name each further try must wait twice as long as the one before, up to five minutes. Tries
 * for one name run one after another, so that many at once are not many free ones.
 */
export class LoginThrottle {
  readonly #clock: Clock;
  readonly #names = new Map<string, { failures: number; until: number }>();
  readonly #locks = new KeyLock();
  #running = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What `attempt` found out; undefined counts as a failure. Throws `overloaded` while the name has to wait. */
  async attempt<T>(name: string, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    if (this.#running >= MAX_AT_ONCE) throw new PlatformError('overloaded', 'Too many logins at once; try again.');
    this.#running += 1;
    try {
      return await this.#locks.run(name, async () => {
        this.#admit(name);
        const found = await attempt();
        if (found === undefined) this.#failed(name);
        else this.#names.delete(name);
        return found;
      });
    } finally {
      this.#running -= 1;
    }
  }

  #admit(name: string): void {
    const entry = this.#names.get(name);
    if (entry === undefined || entry.until <= this.#clock.now()) return;
    const seconds = Math.ceil((entry.until - this.#clock.now()) / 1000);
    throw new PlatformError('overloaded', `Too many failed logins for this name; try again in ${seconds} s.`);
  }

  #failed(name: string): void {
    const failures = (this.#names.get(name)?.failures ?? 0) + 1;
    const pause =
      failures < FREE_FAILURES ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failures - FREE_FAILURES), LONGEST_PAUSE_MS);
    // the one that failed last is the last to be forgotten
    this.#names.delete(name);
    const [oldest] = this.#names.keys();
    if (this.#names.size >= MAX_NAMES && oldest !== undefined) this.#names.delete(oldest);
    this.#names.set(name, { failures, until: this.#clock.now() + pause });
  }
}
