import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  canonicalPaths,
  canonicalQuery,
  canonicalRequest,
  EMPTY_HASH,
  parseAuthorization,
  parseSdkDate,
  type SignedParts,
  stringToSign,
} from '@funcgraph/api';
import type { HmacKey } from '../lib/hmac-key.ts';
import { memo } from '../lib/memo.ts';

/** A stale or future date is refused beyond this. */
export const MAX_SKEW_MS = 15 * 60 * 1000;
const UNSIGNED = 'UNSIGNED-PAYLOAD';

export interface SignedRequest {
  readonly method: string;
  /** The raw request target, before any decoding. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The body: its bytes, or its known properties when it is not in memory. */
  readonly payload: Buffer | HashedBody;
}

export interface HashedBody {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** The reason for refusing a signature: for the log only, the caller does not get it. */
export type Refusal =
  | 'authorization header'
  | 'unknown access key'
  | 'x-sdk-date'
  | 'clock skew'
  | 'content hash'
  | 'signature mismatch';

export type Verdict = { readonly ok: true; readonly accessKey: string } | { readonly ok: false; readonly why: Refusal };

/** The key of an access key, undefined for an unknown one. */
export type KeyOf = (accessKey: string) => HmacKey | undefined;

/** Clients sign many requests in one second, and the same path again and again. */
const dateOf = memo(100, 20, parseSdkDate);
const usualPath = memo(2000, 600, (rawPath) => canonicalPaths(rawPath).next().value ?? rawPath);

const sha256 = (data: string | Buffer): string => hash('sha256', data, 'hex');

interface Opened {
  readonly parsed: SignedParts;
  readonly key: HmacKey;
  readonly date: string;
}

/** Checks that need no body: form, key, date. */
function open(headers: IncomingHttpHeaders, keyOf: KeyOf, nowMs: number): Opened | Refusal {
  const parsed = parseAuthorization(headers.authorization ?? '');
  if (parsed === undefined) return 'authorization header';
  const key = keyOf(parsed.accessKey);
  if (key === undefined) return 'unknown access key';
  const date = header(headers, 'x-sdk-date');
  const at = dateOf(date);
  if (at === undefined || Number.isNaN(at)) return 'x-sdk-date';
  if (Math.abs(nowMs - at) > MAX_SKEW_MS) return 'clock skew';
  // Without the date under the signature a request could be replayed for ever with a new one.
  if (!parsed.signedHeaders.includes('x-sdk-date')) return 'x-sdk-date';
  return isHashUsable(headers, parsed.signedHeaders) ? { parsed, key, date } : 'content hash';
}

/** Refuses, before the body is read, a request that no body can make valid; undefined otherwise. */
export function precheckSignature(headers: IncomingHttpHeaders, keyOf: KeyOf, nowMs: number): Refusal | undefined {
  const opened = open(headers, keyOf, nowMs);
  return typeof opened === 'string' ? opened : undefined;
}

/** Checks method, path, query, signed headers and body against the signature. Constant time in the comparison. */
export function verifySignature(request: SignedRequest, keyOf: KeyOf, nowMs: number): Verdict {
  const opened = open(request.headers, keyOf, nowMs);
  if (typeof opened === 'string') return { ok: false, why: opened };
  const { parsed, key, date } = opened;
  const payloadHash = payloadHashOf(request);
  if (payloadHash === undefined) return { ok: false, why: 'content hash' };

  const at = request.url.indexOf('?');
  const rawPath = at < 0 ? request.url : request.url.slice(0, at);
  const query = canonicalQuery(at < 0 ? '' : request.url.slice(at + 1));
  const headers = parsed.signedHeaders.map((name) => [name, header(request.headers, name)] as const);
  const given = Buffer.from(parsed.signature, 'hex');

  const isSigned = (path: string): boolean => {
    const canonical = canonicalRequest({ method: request.method, path, query, headers, payloadHash });
    return timingSafeEqual(key.sign(stringToSign(date, sha256(canonical))), given);
  };
  const usual = usualPath(rawPath);
  if (isSigned(usual)) return { ok: true, accessKey: parsed.accessKey };
  for (const path of canonicalPaths(rawPath)) {
    if (path !== usual && isSigned(path)) return { ok: true, accessKey: parsed.accessKey };
  }
  return { ok: false, why: 'signature mismatch' };
}

/** Whether the headers about the body are possible for any body, and are signed. */
function isHashUsable(headers: IncomingHttpHeaders, signedHeaders: readonly string[]): boolean {
  const declared = headers['x-sdk-content-sha256'];
  if (declared === undefined) return true;
  if (!signedHeaders.includes('x-sdk-content-sha256')) return false;
  // Leaves the body unprotected, so it is accepted only for bodies that are not JSON; no FunctionGraph operation has
  // one.
  if (declared === UNSIGNED) return !header(headers, 'content-type').includes('json');
  return /^[0-9a-f]{64}$/.test(String(declared));
}

function payloadHashOf({ headers, payload }: SignedRequest): string | undefined {
  const declared = headers['x-sdk-content-sha256'];
  if (declared === UNSIGNED) return declared;
  const actual = Buffer.isBuffer(payload) ? (payload.length === 0 ? EMPTY_HASH : sha256(payload)) : payload.sha256;
  return declared === undefined || declared === actual ? actual : undefined;
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}
