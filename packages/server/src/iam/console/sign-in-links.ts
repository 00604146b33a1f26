import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Clock } from '../../lib/clock.ts';
import type { Sealer } from '../../lib/sealer.ts';
import { FIRST_GENERATION, type User } from '../types.ts';
import { openToken, sealToken } from './sealed-token.ts';
import type { UsedLink } from './session-store.ts';

export const LINK_LIFETIME_MS = 10 * 60 * 1000;
/** A longer text is no token of ours. */
const MAX_TOKEN_CHARS = 1_024;

const Claims = Type.Object({
  /** The id of the link, which is used once. */
  console: Type.String(),
  user: Type.String(),
  key: Type.String(),
  /** The generation of the user's sessions; absent for the first. */
  g: Type.Optional(Type.String()),
  iat: Type.Number(),
});
const claimsForm = Compile(Claims);

export interface SignInLink {
  readonly used: UsedLink;
  readonly userId: string;
  /** The key that requested it. */
  readonly accessKey: string;
  /** Of the user's sessions, when it was made. */
  readonly generation: string;
}

/** Tokens of sign-in links contain their claims, sealed: a guessed one costs no look at the database. */
export class SignInLinks {
  readonly #sealer: Sealer;
  readonly #clock: Clock;

  constructor(sealer: Sealer, clock: Clock) {
    this.#sealer = sealer;
    this.#clock = clock;
  }

  issue(
    user: Pick<User, 'id' | 'sessionGeneration'>,
    accessKey: string,
  ): { readonly token: string; readonly expiresAt: number } {
    const now = this.#clock.now();
    const { id, sessionGeneration } = user;
    const g = sessionGeneration === FIRST_GENERATION ? {} : { g: sessionGeneration };
    const claims = { console: randomBytes(16).toString('hex'), user: id, key: accessKey, iat: now, ...g };
    const token = sealToken(this.#sealer, claims);
    return { token, expiresAt: now + LINK_LIFETIME_MS };
  }

  /** Undefined for text that is no token, and for one that has ended. It may have been used before. */
  read(token: string): SignInLink | undefined {
    const claims = openToken(this.#sealer, claimsForm, token, MAX_TOKEN_CHARS);
    if (claims === undefined || claims.iat + LINK_LIFETIME_MS <= this.#clock.now()) return undefined;
    const used = { id: claims.console, expiresAt: claims.iat + LINK_LIFETIME_MS };
    const { user: userId, key: accessKey, g: generation = FIRST_GENERATION } = claims;
    return { used, userId, accessKey, generation };
  }
}
