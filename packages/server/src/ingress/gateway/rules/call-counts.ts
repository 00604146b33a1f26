import { msToToken, type Rate, withoutToken } from '../../../lib/token-bucket.ts';

/** One limit of a caller. */
export interface Counter {
  /** Of the API, the stage and the kind of caller. */
  readonly limit: string;
  /** Empty when the limit is for all callers. */
  readonly caller: string;
  readonly rate: Rate;
}

/** Buckets of a project, about 5 MB. */
const MAX_BUCKETS = 20_000;
/** At each new caller so many of the oldest buckets are looked at. */
const LOOKED_AT = 2;

/**
 * The calls that count for limits, in bounded memory for each project. Only a bucket that is full again is dropped. While
 * there is no room, callers without a bucket share one for each limit: with other addresses no caller gets more calls.
 */
export class CallCounts {
  /** By project, then by limit and caller: when the bucket is full. */
  readonly #projects = new Map<string, Map<string, number>>();
  readonly #most: number;

  constructor(most = MAX_BUCKETS) {
    this.#most = most;
  }

  /** Ms until each counter has a token; 0 when all have one. */
  msToTokens(projectId: string, counters: readonly Counter[], now: number): number {
    const buckets = this.#bucketsOf(projectId);
    let wait = 0;
    for (const counter of counters) {
      const fullAt = buckets.get(this.#keyOf(buckets, counter)) ?? 0;
      wait = Math.max(wait, msToToken(fullAt, now, counter.rate));
    }
    return wait;
  }

  /** Like `msToTokens`, and takes a token from each counter when all have one. */
  take(projectId: string, counters: readonly Counter[], now: number): number {
    const wait = this.msToTokens(projectId, counters, now);
    if (wait > 0) return wait;
    const buckets = this.#bucketsOf(projectId);
    for (const counter of counters) {
      if (!buckets.has(ownKey(counter))) this.#tidy(buckets, now);
      const key = this.#keyOf(buckets, counter);
      buckets.set(key, withoutToken(buckets.get(key) ?? 0, now, counter.rate));
    }
    return 0;
  }

  sizeOf(projectId: string): number {
    return this.#bucketsOf(projectId).size;
  }

  #bucketsOf(projectId: string): Map<string, number> {
    const known = this.#projects.get(projectId);
    if (known !== undefined) return known;
    const made = new Map<string, number>();
    this.#projects.set(projectId, made);
    return made;
  }

  #keyOf(buckets: ReadonlyMap<string, number>, counter: Counter): string {
    const own = ownKey(counter);
    return buckets.has(own) || buckets.size < this.#most ? own : counter.limit;
  }

  /** Drops the oldest buckets when they are full again; others become the newest, so that each has its turn. */
  #tidy(buckets: Map<string, number>, now: number): void {
    let left = LOOKED_AT;
    for (const [key, fullAt] of buckets) {
      if (left === 0) return;
      left -= 1;
      buckets.delete(key);
      if (fullAt > now) buckets.set(key, fullAt);
    }
  }
}

const ownKey = ({ limit, caller }: Counter): string => (caller === '' ? limit : `${limit} ${caller}`);
