import type { Place } from './known-hosts.ts';

/** Browsers take it only over TLS or from their own machine, for one host, and from no page of a subdomain. */
const SECURE_NAME = '__Host-fgs-session';
/** Over plain HTTP from another machine, where the operator allows that. */
const PLAIN_NAME = 'fgs-session';
const EITHER = /^\s*(?:__Host-)?fgs-session\s*(?:=|$)/i;

const isProtected = ({ secure, loopback }: Place): boolean => secure || loopback;

/** The text of the session cookie for a place; undefined without one, and when another page set a second one. */
export function sessionIn(cookies: string | undefined, place: Place): string | undefined {
  if (cookies === undefined) return undefined;
  const name = isProtected(place) ? SECURE_NAME : PLAIN_NAME;
  const values = cookies.split(';').flatMap((pair) => {
    const [key = '', value = ''] = pair.trim().split('=', 2);
    return key === name ? [value] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

/** A `Set-Cookie` header; without text it removes the cookie. */
export function sessionCookie(place: Place, text: string | undefined): string {
  const name = isProtected(place) ? SECURE_NAME : PLAIN_NAME;
  const parts = [`${name}=${text ?? ''}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
  if (isProtected(place)) parts.push('Secure');
  if (text === undefined) parts.push('Max-Age=0');
  return parts.join('; ');
}

/** Whether a `Set-Cookie` header of a function would replace the session of the console. */
export function setsSession(value: string): boolean {
  return EITHER.test(value);
}

/** A `Cookie` header without the session of the console, which is no function's business. */
export function withoutSession(cookies: string): string {
  if (!/fgs-session/i.test(cookies)) return cookies;
  return cookies
    .split(';')
    .filter((pair) => !EITHER.test(pair))
    .join(';')
    .trim();
}
