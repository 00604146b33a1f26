/** Claims that an issuer made about a person. */
export type Claims = Readonly<Record<string, unknown>>;

export type Naming =
  | { readonly kind: 'named'; readonly name: string }
  /** The claim is missing here; it may be in the claims of the user info endpoint. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly why: string };

const MAX_NAME_CHARS = 64;

/** The name of the user that claims are about. People choose their e-mail address at many issuers, so it must be verified. */
export function personOf(claims: Claims, claim: string): Naming {
  const name = claims[claim];
  if (name === undefined || name === null) return { kind: 'missing' };
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_CHARS) {
    return { kind: 'refused', why: `the claim ${claim} is no name of a user` };
  }
  if (claim === 'email' && claims.email_verified !== true) {
    return { kind: 'refused', why: 'the issuer has not verified the e-mail address' };
  }
  return { kind: 'named', name };
}
