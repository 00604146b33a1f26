/**
 * The AK/SK signature `SDK-HMAC-SHA256` as pure text building. The server's verifier and the client's signer share it.
 * Clients spell the path in different ways, so a verifier tries each of `canonicalPaths`.
 */

export const ALGORITHM = 'SDK-HMAC-SHA256';
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const PLAIN = /^[A-Za-z0-9\-_.~]*$/;

/** Percent-encodes all but the unreserved set, upper-case hex. */
function encode(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Characters that the Node SDK escapes once before it encodes the whole segment. */
function escapeSoftly(text: string): string {
  return decode(text).replace(
    /[\t\n\r "'<>\\^`{|}]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function joinPath(path: string, each: (segment: string) => string): string {
  const joined = path.split('/').map(each).join('/');
  return joined.endsWith('/') ? joined : `${joined}/`;
}

/**
 * The spellings of a path seen in clients, most usual first, without repetition. Each is made only when it is needed.
 */
export function* canonicalPaths(rawPath: string): Generator<string> {
  const usual = joinPath(rawPath, (s) => encode(decode(s)));
  yield usual;
  const others = [joinPath(rawPath, encode), joinPath(rawPath, (s) => encode(escapeSoftly(s))), `/${usual}`];
  for (const path of new Set(others)) if (path !== usual) yield path;
}

/** Sorted, encoded `k=v` pairs of a raw query string. */
export function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return '';
  return rawQuery
    .split('&')
    .map((pair): [string, string] => {
      const at = pair.indexOf('=');
      const key = at < 0 ? pair : pair.slice(0, at);
      const value = at < 0 ? '' : pair.slice(at + 1);
      return [encode(decode(key.replaceAll('+', ' '))), encode(decode(value.replaceAll('+', ' ')))];
    })
    .sort(([ka, va], [kb, vb]) => (ka < kb ? -1 : ka > kb ? 1 : va < vb ? -1 : va > vb ? 1 : 0))
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
}

export interface CanonicalParts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Lower-case names with their values as sent, in the order of `SignedHeaders`. */
  readonly headers: readonly (readonly [string, string])[];
  readonly payloadHash: string;
}

export function canonicalRequest(parts: CanonicalParts): string {
  const lines = parts.headers.map(([name, value]) => `${name}:${value.trim()}\n`).join('');
  const names = parts.headers.map(([name]) => name).join(';');
  return `${parts.method}\n${parts.path}\n${parts.query}\n${lines}\n${names}\n${parts.payloadHash}`;
}

export function stringToSign(date: string, canonicalHash: string): string {
  return `${ALGORITHM}\n${date}\n${canonicalHash}`;
}

export interface SignedParts {
  readonly accessKey: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const HEADER = /^SDK-HMAC-SHA256 Access=([^,\s]{1,128}),\s*SignedHeaders=([^,\s]{1,2048}),\s*Signature=([0-9a-f]{64})$/;

/** Reads an `Authorization` header; undefined when it is not of this algorithm or not well formed. */
export function parseAuthorization(header: string): SignedParts | undefined {
  const match = HEADER.exec(header);
  if (match === null) return undefined;
  const [, accessKey = '', signedHeaders = '', signature = ''] = match;
  return { accessKey, signedHeaders: signedHeaders.split(';'), signature };
}

/** `YYYYMMDDTHHMMSSZ` to ms since epoch; undefined when it is anything else. */
export function parseSdkDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export function formatSdkDate(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, '0')).join('');

export interface SigningKey {
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface RequestToSign {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly nowMs: number;
}

/** Headers to add to the request. Signs `host`, `x-sdk-date` and all headers given. */
export async function signRequest(request: RequestToSign, key: SigningKey): Promise<Record<string, string>> {
  const date = formatSdkDate(request.nowMs);
  const given = Object.entries(request.headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const headers = [...given, ['host', request.url.host] as const, ['x-sdk-date', date] as const].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const payloadHash = request.body.length === 0 ? EMPTY_HASH : hex(await crypto.subtle.digest('SHA-256', request.body));
  const canonical = canonicalRequest({
    method: request.method,
    path: canonicalPaths(request.url.pathname).next().value ?? '/',
    query: canonicalQuery(request.url.search.slice(1)),
    headers,
    payloadHash,
  });
  const text = new TextEncoder();
  const canonicalHash = hex(await crypto.subtle.digest('SHA-256', text.encode(canonical)));
  const secret = await crypto.subtle.importKey(
    'raw',
    text.encode(key.secretKey),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const signature = hex(await crypto.subtle.sign('HMAC', secret, text.encode(stringToSign(date, canonicalHash))));
  const names = headers.map(([name]) => name).join(';');
  return {
    'X-Sdk-Date': date,
    Authorization: `${ALGORITHM} Access=${key.accessKey}, SignedHeaders=${names}, Signature=${signature}`,
  };
}
