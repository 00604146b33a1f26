/** The token of a sign-in link, `#token=…`. A fragment is never sent to a server. */
export function linkToken(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') || undefined;
}
