import type { Sealer } from '../../lib/sealer.ts';

/** Sealed claims as text for addresses and bodies: without characters that either would have to escape. */
export function sealToken(sealer: Sealer, claims: object): string {
  return Buffer.from(sealer.seal(JSON.stringify(claims)), 'base64').toString('base64url');
}

/** The claims of a token that was sealed here; undefined for any other text. */
export function openToken<T>(
  sealer: Sealer,
  form: { Check(value: unknown): value is T },
  token: string,
  maxChars: number,
): T | undefined {
  if (token.length > maxChars) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  // only one spelling of the token is valid, although others decode to the same bytes
  if (bytes.toString('base64url') !== token) return undefined;
  try {
    const claims: unknown = JSON.parse(sealer.open(bytes.toString('base64')));
    return form.Check(claims) ? claims : undefined;
  } catch {
    return undefined; // not sealed by us
  }
}
