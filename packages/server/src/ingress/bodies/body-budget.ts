import { PlatformError } from '../../lib/platform-error.ts';

/** The claimant whose bodies count together, and the multiple of the free bytes that they may hold. */
export interface Claim {
  readonly key: string;
  readonly share: number;
}

/**
 * How many bytes of bodies may be held at once, over all connections. Each claimant may hold a multiple of what is
 * still free: a single one gets a good part, and however many claim as much as they can, some bytes are left for the
 * next.
 */
export class BodyBudget {
  readonly #limit: number;
  readonly #held = new Map<string, number>();
  #used = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get used(): number {
    return this.#used;
  }

  /** Room for one body, empty at first. */
  open(claims: readonly Claim[]): BodyRoom {
    return new BodyRoom((bytes) => this.#take(claims, bytes));
  }

  #take(claims: readonly Claim[], bytes: number): void {
    const free = this.#limit - this.#used - bytes;
    for (const { key, share } of bytes > 0 ? claims : []) {
      if ((this.#held.get(key) ?? 0) + bytes > share * free) {
        throw new PlatformError('overloaded', 'The server is busy with other large requests; try again later.', {
          retryAfterSeconds: 5,
        });
      }
    }
    this.#used += bytes;
    for (const { key } of claims) {
      const held = (this.#held.get(key) ?? 0) + bytes;
      if (held > 0) this.#held.set(key, held);
      else this.#held.delete(key);
    }
  }
}

/** The share of a budget that one body holds. */
export class BodyRoom {
  readonly #move: (bytes: number) => void;
  #held = 0;
  #closed = false;

  constructor(move: (bytes: number) => void) {
    this.#move = move;
  }

  /** Throws `overloaded` when the claimants hold their share already. */
  take(bytes: number): void {
    if (this.#closed) return;
    this.#move(bytes);
    this.#held += bytes;
  }

  /** Gives everything back. Idempotent. */
  readonly close = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#held > 0) this.#move(-this.#held);
  };
}
