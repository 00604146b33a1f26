import { StorageError } from './errors.ts';

/** The head of a request, decoded once and without any ambiguity. */
export interface Head {
  readonly method: string;
  /** As sent, without the query. */
  readonly rawPath: string;
  /** Decoded; starts with `/`. */
  readonly path: string;
  /** Decoded, in the order of the request. Names differ in more than their case. */
  readonly query: ReadonlyMap<string, string>;
  /** By lower-case name; a character is a byte. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Headers of which several are one list. All others decide something and may occur once. */
const LISTS: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'connection',
  'cookie',
  'forwarded',
  'pragma',
  'te',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

const PRINTABLE = /^[\x21-\x7e]*$/;

/**
 * Throws `InvalidURI` for a target that is not valid UTF-8 in percent encoding, and `InvalidArgument` for a header or a
 * parameter that occurs twice: two readers of such a request could see two different ones.
 */
export function readHead(request: { method: string; url: string; rawHeaders: readonly string[] }): Head {
  const { method, url } = request;
  if (!url.startsWith('/') || !PRINTABLE.test(url)) {
    throw new StorageError('InvalidURI', 'The request target must begin with / and be percent-encoded ASCII.');
  }
  const at = url.indexOf('?');
  const rawPath = at < 0 ? url : url.slice(0, at);
  return {
    method,
    rawPath,
    path: decode(rawPath),
    query: readQuery(at < 0 ? '' : url.slice(at + 1)),
    headers: readHeaders(request.rawHeaders),
  };
}

function readQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  const seen = new Set<string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const part = (raw: string): string => decode(raw.replaceAll('+', ' '));
    const name = part(at < 0 ? pair : pair.slice(0, at));
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw repeated('query parameter', name);
    seen.add(lower);
    query.set(name, at < 0 ? '' : part(pair.slice(at + 1)));
  }
  return query;
}

function readHeaders(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    const before = headers.get(name);
    if (before !== undefined && !LISTS.has(name)) throw repeated('header', name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function repeated(what: string, name: string): StorageError {
  return new StorageError('InvalidArgument', `The ${what} ${name.slice(0, 100)} occurs more than once.`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StorageError('InvalidURI', 'The request target is not UTF-8 in percent encoding.');
  }
}
