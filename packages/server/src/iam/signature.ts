import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  canonicalPaths,
  canonicalQuery,
  canonicalRequest,
  EMPTY_HASH,
  parseAuthorization,
  parseSdkDate,
  stringToSign,
} from '@funcgraph/api';

/** A stale or future date is refused beyond this. */
export const MAX_SKEW_MS = 15 * 60 * 1000;

export interface SignedRequest {
  readonly method: string;
  /** The request target as it came, before any decoding. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: Buffer;
}

/** Why a signature was refused: for the log only, the caller learns nothing. */
export type Refusal =
  | 'authorization header'
  | 'unknown access key'
  | 'x-sdk-date'
  | 'clock skew'
  | 'content hash'
  | 'signature mismatch';

export type Verdict = { readonly ok: true; readonly accessKey: string } | { readonly ok: false; readonly why: Refusal };

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** What can be told without the body: form, key, date. */
export function precheckSignature(
  headers: IncomingHttpHeaders,
  secretOf: (accessKey: string) => string | undefined,
  nowMs: number,
): Refusal | undefined {
  const parsed = parseAuthorization(headers.authorization ?? '');
  if (parsed === undefined) return 'authorization header';
  if (secretOf(parsed.accessKey) === undefined) return 'unknown access key';
  const date = parseSdkDate(header(headers, 'x-sdk-date'));
  if (date === undefined || Number.isNaN(date)) return 'x-sdk-date';
  return Math.abs(nowMs - date) > MAX_SKEW_MS ? 'clock skew' : undefined;
}

/** Checks method, path, query, signed headers and body against the signature. Constant time in the comparison. */
export function verifySignature(
  request: SignedRequest,
  secretOf: (accessKey: string) => string | undefined,
  nowMs: number,
): Verdict {
  const early = precheckSignature(request.headers, secretOf, nowMs);
  if (early !== undefined) return { ok: false, why: early };
  const parsed = parseAuthorization(request.headers.authorization ?? '');
  const secret = parsed === undefined ? undefined : secretOf(parsed.accessKey);
  if (parsed === undefined || secret === undefined) return { ok: false, why: 'authorization header' };
  // Without the date under the signature a request could be replayed for ever with a new one.
  if (!parsed.signedHeaders.includes('x-sdk-date')) return { ok: false, why: 'x-sdk-date' };

  const payloadHash = payloadHashOf(request, parsed.signedHeaders);
  if (payloadHash === undefined) return { ok: false, why: 'content hash' };

  const at = request.url.indexOf('?');
  const rawPath = at < 0 ? request.url : request.url.slice(0, at);
  const query = canonicalQuery(at < 0 ? '' : request.url.slice(at + 1));
  const headers = parsed.signedHeaders.map((name) => [name, header(request.headers, name)] as const);
  const date = header(request.headers, 'x-sdk-date');
  const given = Buffer.from(parsed.signature, 'hex');

  for (const path of canonicalPaths(rawPath)) {
    const canonical = canonicalRequest({ method: request.method, path, query, headers, payloadHash });
    const wanted = createHmac('sha256', secret)
      .update(stringToSign(date, sha256(canonical)))
      .digest();
    if (timingSafeEqual(wanted, given)) return { ok: true, accessKey: parsed.accessKey };
  }
  return { ok: false, why: 'signature mismatch' };
}

function payloadHashOf(request: SignedRequest, signedHeaders: readonly string[]): string | undefined {
  const declared = request.headers['x-sdk-content-sha256'];
  const actual = request.rawBody.length === 0 ? EMPTY_HASH : sha256(request.rawBody);
  if (declared === undefined) return actual;
  if (!signedHeaders.includes('x-sdk-content-sha256')) return undefined;
  // Leaves the body unprotected, so only for bodies that are not JSON; no FunctionGraph operation has one.
  if (declared === 'UNSIGNED-PAYLOAD')
    return header(request.headers, 'content-type').includes('json') ? undefined : declared;
  return declared === actual ? actual : undefined;
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}
