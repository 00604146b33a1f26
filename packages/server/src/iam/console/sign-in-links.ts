import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Clock } from '../../lib/clock.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { UsedLink } from './session-store.ts';

export const LINK_LIFETIME_MS = 10 * 60 * 1000;
/** A longer text is no token of ours. */
const MAX_TOKEN_CHARS = 1_024;

const Claims = Type.Object({
  /** The id of the link, which is used once. */
  console: Type.String(),
  user: Type.String(),
  key: Type.String(),
  iat: Type.Number(),
});
const claimsForm = Compile(Claims);

export interface SignInLink {
  readonly used: UsedLink;
  readonly userId: string;
  /** The key that requested it. */
  readonly accessKey: string;
  readonly issuedAt: number;
}

/** Tokens of sign-in links contain their claims, sealed: a guessed one costs no look at the database. */
export class SignInLinks {
  readonly #sealer: Sealer;
  readonly #clock: Clock;

  constructor(sealer: Sealer, clock: Clock) {
    this.#sealer = sealer;
    this.#clock = clock;
  }

  issue(userId: string, accessKey: string): { readonly token: string; readonly expiresAt: number } {
    const now = this.#clock.now();
    const claims = { console: randomBytes(16).toString('hex'), user: userId, key: accessKey, iat: now };
    // without characters that an address would have to escape
    const token = Buffer.from(this.#sealer.seal(JSON.stringify(claims)), 'base64').toString('base64url');
    return { token, expiresAt: now + LINK_LIFETIME_MS };
  }

  /** Undefined for text that is no token, and for one that has ended. It may have been used before. */
  read(token: string): SignInLink | undefined {
    if (token.length > MAX_TOKEN_CHARS) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    // only one spelling of the token is valid, although others decode to the same bytes
    if (bytes.toString('base64url') !== token) return undefined;
    const claims = this.#open(bytes.toString('base64'));
    if (claims === undefined || claims.iat + LINK_LIFETIME_MS <= this.#clock.now()) return undefined;
    const used = { id: claims.console, expiresAt: claims.iat + LINK_LIFETIME_MS };
    return { used, userId: claims.user, accessKey: claims.key, issuedAt: claims.iat };
  }

  #open(sealed: string): Type.Static<typeof Claims> | undefined {
    try {
      const claims: unknown = JSON.parse(this.#sealer.open(sealed));
      return claimsForm.Check(claims) ? claims : undefined;
    } catch {
      return undefined; // not sealed by us
    }
  }
}
