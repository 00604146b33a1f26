/** Text that could name another resource than it seems to; the message gives the reason. */
export class GatewayPathError extends Error {}

const ESCAPE = /%(?:([0-9A-Fa-f]{2})|)/g;
/** A slash, a backslash and the end of a text in C. */
const FORBIDDEN = new Set(['2f', '5c', '00']);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const CONTROL = /[\x00-\x1f\x7f]/;
const STILL_ESCAPED = /%[0-9A-Fa-f]{2}/;

/**
 * The path of a request in the one form in which it is compared with those of APIs: decoded, without a slash at its end.
 * Backends read `/a/../b`, `/a//b`, `/%61` and `/a;x` each in their own way; what could lead around an API with
 * authentication is refused. Throws `GatewayPathError`.
 */
export function canonicalPath(path: string): string {
  if (!path.startsWith('/')) throw new GatewayPathError('a path begins with /');
  if (path === '/') return path;
  const parts = (path.endsWith('/') ? path.slice(1, -1) : path.slice(1)).split('/');
  return `/${parts.map(canonicalPart).join('/')}`;
}

/** A part between slashes, decoded. Throws `GatewayPathError`. */
export function canonicalPart(part: string): string {
  const text = part.includes('%') ? decoded(part) : part;
  if (CONTROL.test(text) || text.includes('\\'))
    throw new GatewayPathError('a path has no backslash and no control character');
  // some servers cut `;` and what follows
  const named = text.split(';', 1)[0];
  if (named === '') throw new GatewayPathError('a path has no empty part');
  if (named === '.' || named === '..') throw new GatewayPathError('a path has no part . or ..');
  return text;
}

function decoded(part: string): string {
  for (const [written, digits] of part.matchAll(ESCAPE)) {
    if (digits === undefined) throw new GatewayPathError('% in a path is followed by two hexadecimal digits');
    if (FORBIDDEN.has(digits.toLowerCase())) throw new GatewayPathError(`a path has no ${written}`);
  }
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch (cause) {
    throw new GatewayPathError('the escapes in a path are UTF-8', { cause });
  }
  if (STILL_ESCAPED.test(text)) throw new GatewayPathError('a path is escaped once only');
  return text;
}
