/** Tokens per second, and how many may be saved. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket for each key. A full one is not remembered. */
export class RequestRate {
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, Bucket>();
  #sweptAt = 0;

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Takes a token; false when none is left. `now`: monotonic ms. */
  take(key: string, now: number): boolean {
    this.#sweep(now);
    const bucket = this.#buckets.get(key) ?? { tokens: this.#limit.burst, at: now };
    bucket.tokens = this.#filled(bucket, now);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #filled({ tokens, at }: Bucket, now: number): number {
    return Math.min(this.#limit.burst, tokens + ((now - at) * this.#limit.perSecond) / 1000);
  }

  /** Once in the time in which an empty bucket fills. */
  #sweep(now: number): void {
    const { burst, perSecond } = this.#limit;
    if (now - this.#sweptAt < (burst / perSecond) * 1000) return;
    this.#sweptAt = now;
    for (const [key, bucket] of this.#buckets) if (this.#filled(bucket, now) >= burst) this.#buckets.delete(key);
  }
}
