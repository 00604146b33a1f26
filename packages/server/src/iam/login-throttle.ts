import type { Clock } from '../lib/clock.ts';
import { KeyLock } from '../lib/key-lock.ts';
import { pauseAfter } from '../lib/pause-after.ts';
import { PlatformError } from '../lib/platform-error.ts';

const FREE_FAILURES = 5;
const PAUSES = { firstMs: 1000, mostMs: 5 * 60 * 1000 };
const MAX_KNOWN = 10_000;
/** Attempts that wait or run; each takes about a tenth of a second. */
const MAX_AT_ONCE = 16;
const MAX_AT_ONCE_OF_CLIENT = 8;
/** Failures that are free for a client, and how often it gets one back. */
const CLIENT_FAILURES = 30;
const CLIENT_REGAIN_MS = 10_000;

export interface LoginSource {
  /** The name that is tried, with its account. */
  readonly name: string;
  /** The client: an address or network. */
  readonly client: string;
}

/**
 * After five failures for a name each further try must wait twice as long as the one before, up to five minutes. A
 * client that has failed thirty times, for any names, may fail once in ten seconds. Tries for one name run one after
 * another, so that many at once are not many free ones.
 */
export class LoginThrottle {
  readonly #clock: Clock;
  readonly #names = new Map<string, { failures: number; until: number }>();
  /** When a client will have all its free failures back. */
  readonly #clients = new Map<string, number>();
  readonly #running = new Map<string, number>();
  readonly #locks = new KeyLock();
  #total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The result of `attempt`; undefined counts as a failure. Throws `overloaded` while name or client has to wait. */
  async attempt<T>({ name, client }: LoginSource, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    const running = this.#running.get(client) ?? 0;
    if (this.#total >= MAX_AT_ONCE || running >= MAX_AT_ONCE_OF_CLIENT) {
      throw refused('Too many logins at once', 2000);
    }
    this.#total += 1;
    this.#running.set(client, running + 1);
    try {
      return await this.#locks.run(name, async () => {
        this.#admit(name, client);
        const found = await attempt();
        if (found === undefined) this.#failed(name, client);
        else this.#names.delete(name);
        return found;
      });
    } finally {
      this.#total -= 1;
      const left = (this.#running.get(client) ?? 1) - 1;
      if (left > 0) this.#running.set(client, left);
      else this.#running.delete(client);
    }
  }

  #admit(name: string, client: string): void {
    const now = this.#clock.monotonic();
    const wait = (this.#names.get(name)?.until ?? 0) - now;
    if (wait > 0) throw refused('Too many failed logins for this name', wait);
    const used = (this.#clients.get(client) ?? 0) - now;
    const over = used - (CLIENT_FAILURES - 1) * CLIENT_REGAIN_MS;
    if (over > 0) throw refused('Too many failed logins from this address', over);
  }

  #failed(name: string, client: string): void {
    const now = this.#clock.monotonic();
    const failures = (this.#names.get(name)?.failures ?? 0) + 1;
    const pause = failures < FREE_FAILURES ? 0 : pauseAfter(failures - FREE_FAILURES + 1, PAUSES);
    remember(this.#names, name, { failures, until: now + pause });
    remember(this.#clients, client, Math.max(this.#clients.get(client) ?? 0, now) + CLIENT_REGAIN_MS);
  }
}

/** The most recent failure is evicted last. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= MAX_KNOWN && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}

function refused(why: string, waitMs: number): PlatformError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return new PlatformError('overloaded', `${why}; try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
}
