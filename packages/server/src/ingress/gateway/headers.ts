import { TLSSocket } from 'node:tls';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ClientEnd } from '../../lib/trusted-proxies.ts';
import { setsSession, withoutSession } from '../console/session-cookie.ts';
import type { AnyRequest } from '../plain/plain-request.ts';

export type HeaderPair = readonly [name: string, value: string];

/** Headers about one connection, which end at the gateway in both directions; and lengths, which are made from the body. */
const OF_CONNECTION = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Credentials of the caller: hidden from the function when the platform itself has checked them. */
const OF_AUTHENTICATION = new Set([
  'authorization',
  'x-apig-appcode',
  'x-auth-token',
  'x-sdk-date',
  'x-sdk-content-sha256',
]);
/**
 * Headers that the gateway sets itself about the origin of a request; `proxy` would choose the proxy of programs
 * (httpoxy).
 */
const OF_GATEWAY = new Set(['forwarded', 'proxy', 'x-real-ip', 'x-request-id']);
const PREFIXES_OF_GATEWAY = ['x-cff-', 'x-forwarded-'] as const;
/**
 * Headers that programs read from the environment under a name that another spelling, such as `Content_Type`, would
 * get, too.
 */
const OF_MESSAGE = new Set(['content-type', 'cookie', 'host']);
const PLAIN_NAME = /^[0-9a-z-]+$/;

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/;
/** No control characters: a line break would begin another header, or another answer. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const MAX_ANSWER_HEADERS = 200;
const MAX_ANSWER_HEADER_CHARS = 32 * 1024;

export interface RequestOrigin {
  readonly requestId: string;
  readonly sourceIp: string;
  /** The part cut off the path. */
  readonly prefix: string;
  readonly authenticated: boolean;
}

/** The caller's address without the IPv4-mapped form of an IPv6 socket. */
export function sourceIp({ remoteAddress = '' }: ClientEnd): string {
  return remoteAddress.replace(/^::ffff:/, '');
}

/** The request's headers for the function, in their order, with the gateway's own about the origin of the request. */
export function headersIn(request: AnyRequest, origin: RequestOrigin): HeaderPair[] {
  const pairs: HeaderPair[] = [];
  const { rawHeaders } = request;
  const named = connectionOptions(request.headers.connection);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const lower = name.toLowerCase();
    if (isReserved(lower) || named.has(lower)) continue;
    if (origin.authenticated && OF_AUTHENTICATION.has(lower)) continue;
    const value = rawHeaders[at + 1] ?? '';
    if (lower !== 'cookie') pairs.push([name, value]);
    else if (withoutSession(value) !== '') pairs.push([name, withoutSession(value)]);
  }
  pairs.push(
    ['x-real-ip', origin.sourceIp],
    ['x-forwarded-for', origin.sourceIp],
    ['x-forwarded-host', request.headers.host ?? ''],
    ['x-forwarded-port', String(request.socket.localPort ?? '')],
    ['x-forwarded-proto', request.socket instanceof TLSSocket ? 'https' : 'http'],
    ['x-forwarded-prefix', origin.prefix],
    ['x-request-id', origin.requestId],
  );
  return pairs;
}

/**
 * Whether a header of a client could be mistaken for a header that it may not set. Programs that get headers as
 * environment variables cannot tell `X_CFF_Memory` from `X-CFF-Memory`, so another spelling of such a name is as good
 * as the name.
 */
function isReserved(lower: string): boolean {
  if (PLAIN_NAME.test(lower)) return isGateways(lower);
  const folded = lower.replace(/[^0-9a-z]/g, '-');
  return isGateways(folded) || OF_AUTHENTICATION.has(folded) || OF_MESSAGE.has(folded);
}

function isGateways(name: string): boolean {
  return (
    OF_CONNECTION.has(name) || OF_GATEWAY.has(name) || PREFIXES_OF_GATEWAY.some((prefix) => name.startsWith(prefix))
  );
}

const NONE: ReadonlySet<string> = new Set();

/** Headers that the connection header declares to be of this connection too. */
function connectionOptions(value: string | undefined): ReadonlySet<string> {
  if (value === undefined || /^(?:keep-alive|close)$/i.test(value)) return NONE;
  const named = value.split(',').map((each) => each.trim().toLowerCase());
  return new Set(named.filter((each) => each !== 'host'));
}

/**
 * A function's headers as they may go to the client. Throws `invalid_gateway_answer` for names and values that are not
 * HTTP: one with a line break would let the function write an answer of its own.
 */
export function headersOut(pairs: readonly HeaderPair[]): HeaderPair[] {
  if (pairs.length > MAX_ANSWER_HEADERS) throw refused(`it has more than ${MAX_ANSWER_HEADERS} headers`);
  const out: HeaderPair[] = [];
  let chars = 0;
  for (const [name, value] of pairs) {
    if (!NAME.test(name)) throw refused('the name of a header is not valid');
    if (!VALUE.test(value)) throw refused(`header ${name} holds a character that HTTP does not allow`);
    chars += name.length + value.length;
    const lower = name.toLowerCase();
    if (OF_CONNECTION.has(lower) || lower === 'x-cff-request-id') continue;
    if (lower !== 'set-cookie' || !setsSession(value)) out.push([name, value]);
  }
  if (chars > MAX_ANSWER_HEADER_CHARS)
    throw refused(`its headers have more than ${MAX_ANSWER_HEADER_CHARS} characters`);
  return out;
}

function refused(why: string): PlatformError {
  return new PlatformError('invalid_gateway_answer', `The answer of the function cannot be sent: ${why}.`);
}
