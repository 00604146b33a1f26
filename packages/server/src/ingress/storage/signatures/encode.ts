const RESERVED = /[!'()*]/g;
const escapeOf = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;

/** Percent-encodes everything but `A-Z a-z 0-9 - . _ ~`, as S3 does. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(RESERVED, escapeOf);
}

/** Like `uriEncode`, with slashes as they are. */
export function uriEncodePath(path: string): string {
  return path.split('/').map(uriEncode).join('/');
}
