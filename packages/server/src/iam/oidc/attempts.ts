import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Clock } from '../../lib/clock.ts';
import type { Sealer } from '../../lib/sealer.ts';
import { openToken, sealToken } from '../console/sealed-token.ts';

/** How long a person may take at the issuer. */
const LIFETIME_MS = 10 * 60 * 1000;
const MAX_TOKEN_CHARS = 2_048;
const SECRET_BYTES = 32;

const Attempt = Type.Object({
  /** The id of the attempt, which signs in once. */
  oidc: Type.String(),
  state: Type.String(),
  nonce: Type.String(),
  /** Of PKCE. */
  verifier: Type.String(),
  /** Where the issuer sends the browser back to. */
  callback: Type.String(),
  iat: Type.Number(),
});
const form = Compile(Attempt);

export type Attempt = Type.Static<typeof Attempt>;

/**
 * What a sign-in began with. The browser tab that began it has it, sealed, so that any server can finish it and a person
 * cannot be made to finish the sign-in of another one.
 */
export class Attempts {
  readonly #sealer: Sealer;
  readonly #clock: Clock;

  constructor(sealer: Sealer, clock: Clock) {
    this.#sealer = sealer;
    this.#clock = clock;
  }

  begin(callback: string): { readonly attempt: Attempt; readonly token: string } {
    const [state, nonce, verifier] = [secret(), secret(), secret()];
    const attempt = { oidc: secret(), state, nonce, verifier, callback, iat: this.#clock.now() };
    return { attempt, token: sealToken(this.#sealer, attempt) };
  }

  /** Undefined for text that is no attempt, and for one that has ended. It may have signed in before. */
  read(token: string): Attempt | undefined {
    const attempt = openToken(this.#sealer, form, token, MAX_TOKEN_CHARS);
    return attempt === undefined || endOf(attempt) <= this.#clock.now() ? undefined : attempt;
  }
}

export function endOf({ iat }: Attempt): number {
  return iat + LIFETIME_MS;
}

function secret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
