import { timingSafeEqual } from 'node:crypto';
import type { Sealer } from '../../lib/sealer.ts';

const TOKEN = /^([0-9a-f]{32})([0-9a-f]{64})$/;

/**
 * Tokens of links in messages: the id of the subscription and a keyed hash. None is stored, and nothing that is stored
 * reveals one.
 */
export class SubscriptionTokens {
  readonly #sealer: Sealer;

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** Void as soon as another confirmation is requested. */
  confirmation(id: string, requestedAt: number): string {
    return `${id}${this.#sealer.fingerprint(`confirm subscription ${id} ${requestedAt}`)}`;
  }

  unsubscription(id: string): string {
    return `${id}${this.#sealer.fingerprint(`unsubscribe ${id}`)}`;
  }

  /** The subscription that a token names; the token is not checked. */
  idOf(token: string): string | undefined {
    return TOKEN.exec(token)?.[1];
  }
}

/** In constant time. */
export function isSameToken(token: string, expected: string): boolean {
  const [one, other] = [Buffer.from(token), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
