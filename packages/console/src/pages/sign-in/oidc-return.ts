const KEY = 'fgs-oidc';

/** A sign-in that this tab has begun at the issuer. */
export interface OidcAttempt {
  readonly attempt: string;
  /** The page to which it leads. */
  readonly to?: string | undefined;
}

/** A tab that comes back from the issuer; without an attempt when it has begun none. */
export interface OidcReturn {
  readonly answer: string;
  readonly begun: OidcAttempt | undefined;
}

/** The issuer's answer in the query of an address. */
export function answerIn(search: string): string | undefined {
  const query = new URLSearchParams(search);
  return query.has('state') && (query.has('code') || query.has('error')) ? search.replace(/^\?/, '') : undefined;
}

/** As the console was loaded, which `router.tsx` makes sure of: the router changes the address later. */
let arrived = answerIn(globalThis.location?.search ?? '');

export function leaveForIssuer(attempt: OidcAttempt, url: string): void {
  sessionStorage.setItem(KEY, JSON.stringify(attempt));
  location.assign(url);
}

export function oidcReturn(): OidcReturn | undefined {
  if (arrived === undefined) return undefined;
  const begun = sessionStorage.getItem(KEY);
  return { answer: arrived, begun: begun === null ? undefined : (JSON.parse(begun) as OidcAttempt) };
}

/** An answer is used once. */
export function endReturn(): void {
  arrived = undefined;
  sessionStorage.removeItem(KEY);
}
