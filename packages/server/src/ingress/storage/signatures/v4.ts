import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { memo } from '../../../lib/memo.ts';
import { StorageError } from '../errors.ts';
import type { Head } from '../head.ts';
import type { ChunkSigner, Claim, PayloadClaim } from './claim.ts';
import { basicDate, checkSkew, expired, MAX_SKEW_MS, parseBasicDate, parseHttpDate } from './dates.ts';
import { uriEncode, uriEncodePath } from './encode.ts';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
const UNSIGNED = 'UNSIGNED-PAYLOAD';
const EMPTY_SHA256 = hash('sha256', '', 'hex');
const HEX = /^[0-9a-f]{64}$/;
const MAX_EXPIRES_S = 7 * 24 * 60 * 60;

const CHUNKED: Readonly<Record<string, PayloadClaim>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { kind: 'chunked', signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { kind: 'chunked', signed: true, trailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { kind: 'chunked', signed: false, trailer: true },
};

/** The parts of a V4 signature, from the header or the query. */
interface Parts {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

interface Scope {
  readonly accessKey: string;
  /** `20130524`. */
  readonly day: string;
  readonly region: string;
}

const malformed = (message: string): StorageError => new StorageError('AuthorizationHeaderMalformed', message);
const wrongQuery = (message: string): StorageError => new StorageError('AuthorizationQueryParametersError', message);

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Four HMACs that are the same for a day. */
const signingKey = memo(1_000, 400, (input) => {
  const [secret = '', day = '', region = ''] = input.split('\n');
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), 's3'), 'aws4_request');
});

/** Reads `Authorization: AWS4-HMAC-SHA256 …`. Throws for a request that no secret can have signed. */
export function readV4Header(head: Head, authorization: string, nowMs: number): Claim {
  const parts = partsOf(authorization.slice(ALGORITHM.length + 1));
  const scope = scopeOf(parts.credential, malformed);
  const { name, ms } = dateOf(head);
  if (!basicDate(ms).startsWith(scope.day)) throw malformed('The day of the credential is not that of the request.');
  checkSkew(ms, nowMs);
  const declared = head.headers.get('x-amz-content-sha256');
  if (declared === undefined) {
    throw new StorageError('InvalidRequest', 'The header x-amz-content-sha256 is missing.');
  }
  const signedHeaders = signedHeadersOf(head, parts.signedHeaders, [name], malformed);
  return claimOf(head, {
    scope,
    signedHeaders,
    signature: parts.signature,
    date: basicDate(ms),
    declared,
    presigned: false,
    securityToken: head.headers.get('x-amz-security-token'),
  });
}

/** Reads `X-Amz-Algorithm=AWS4-HMAC-SHA256&…`. Throws for a URL that no secret can have signed, or that has expired. */
export function readV4Query(head: Head, nowMs: number): Claim {
  const given = lowerCased(head.query);
  const need = (name: string): string => {
    const value = given.get(name.toLowerCase());
    if (value === undefined || value === '') throw wrongQuery(`The query parameter ${name} is missing.`);
    return value;
  };
  if (need('X-Amz-Algorithm') !== ALGORITHM) throw wrongQuery(`X-Amz-Algorithm must be ${ALGORITHM}.`);
  const scope = scopeOf(need('X-Amz-Credential'), wrongQuery);
  const date = need('X-Amz-Date');
  const ms = parseBasicDate(date);
  if (ms === undefined || !date.startsWith(scope.day)) {
    throw wrongQuery('X-Amz-Date must look like 20130524T000000Z and have the day of the credential.');
  }
  const expires = need('X-Amz-Expires');
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_EXPIRES_S) {
    throw wrongQuery(`X-Amz-Expires must be from 1 to ${MAX_EXPIRES_S} seconds.`);
  }
  if (ms - nowMs > MAX_SKEW_MS) throw new StorageError('AccessDenied', 'The URL is not valid yet.');
  const endMs = ms + Number(expires) * 1000;
  if (nowMs > endMs) throw expired(endMs, nowMs);
  const signedHeaders = signedHeadersOf(head, need('X-Amz-SignedHeaders'), [], wrongQuery);
  const signature = need('X-Amz-Signature');
  if (!HEX.test(signature)) throw wrongQuery('X-Amz-Signature must have 64 lower-case hexadecimal digits.');
  const declared = given.get('x-amz-content-sha256') ?? head.headers.get('x-amz-content-sha256') ?? UNSIGNED;
  if (declared in CHUNKED) throw new StorageError('NotImplemented', 'A presigned URL cannot take a body in chunks.');
  const securityToken = given.get('x-amz-security-token') ?? head.headers.get('x-amz-security-token');
  return claimOf(head, { scope, signedHeaders, signature, date, declared, presigned: true, securityToken });
}

interface ClaimParts {
  readonly scope: Scope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  /** The hash of the body as the client declares it. */
  readonly declared: string;
  readonly presigned: boolean;
  readonly securityToken: string | undefined;
}

function claimOf(head: Head, parts: ClaimParts): Claim {
  const { scope, signedHeaders, signature, date, declared, presigned, securityToken } = parts;
  const scopeText = `${scope.day}/${scope.region}/s3/aws4_request`;
  const key = (secret: string): Buffer => signingKey(`${secret}\n${scope.day}\n${scope.region}`);
  const requests = pathsOf(head).map((path) => canonicalRequest(head, { path, signedHeaders, declared, presigned }));
  const texts = requests.map((text) => `${ALGORITHM}\n${date}\n${scopeText}\n${hash('sha256', latin1(text), 'hex')}`);
  const given = Buffer.from(signature, 'hex');
  return {
    dialect: 'aws',
    accessKey: scope.accessKey,
    securityToken,
    payload: payloadOf(declared),
    presigned,
    region: scope.region,
    seed: signature,
    signedTexts: { CanonicalRequest: requests[0] ?? '', StringToSign: texts[0] ?? '' },
    isSignedBy(secret) {
      let matches = false;
      for (const text of texts) matches = timingSafeEqual(hmac(key(secret), text), given) || matches;
      return matches;
    },
    chunkSigner(secret): ChunkSigner {
      const sign = (kind: string, rest: string): string =>
        hmac(key(secret), `${ALGORITHM}-${kind}\n${date}\n${scopeText}\n${rest}`).toString('hex');
      return {
        chunk: (previous, sha256) => sign('PAYLOAD', `${previous}\n${EMPTY_SHA256}\n${sha256}`),
        trailer: (previous, sha256) => sign('TRAILER', `${previous}\n${sha256}`),
      };
    },
  };
}

/** Spellings that clients sign: everything encoded once, or the path as they send it. Both name the same key. */
function pathsOf({ path, rawPath }: Head): string[] {
  return [...new Set([uriEncodePath(path), rawPath])];
}

interface CanonicalParts {
  readonly path: string;
  readonly signedHeaders: readonly string[];
  readonly declared: string;
  readonly presigned: boolean;
}

/** Characters are bytes. */
function canonicalRequest(head: Head, { path, signedHeaders, declared, presigned }: CanonicalParts): string {
  const headers = signedHeaders.map((name) => {
    const value = head.headers.get(name) ?? '';
    return `${name}:${value.trim().replace(/[ \t]+/g, ' ')}\n`;
  });
  const query = [...head.query]
    .filter(([name]) => !presigned || name.toLowerCase() !== 'x-amz-signature')
    .map(([name, value]): [string, string] => [uriEncode(name), uriEncode(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return [head.method, path, query, headers.join(''), signedHeaders.join(';'), declared].join('\n');
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function payloadOf(declared: string): PayloadClaim {
  if (declared === UNSIGNED) return { kind: 'plain', sha256: undefined };
  if (HEX.test(declared)) return { kind: 'plain', sha256: declared };
  const chunked = Object.hasOwn(CHUNKED, declared) ? CHUNKED[declared] : undefined;
  if (chunked !== undefined) return chunked;
  if (declared.startsWith('STREAMING-')) {
    throw new StorageError('NotImplemented', `Bodies of the form ${declared.slice(0, 100)} are not implemented.`, {
      hint: `Implemented are ${Object.keys(CHUNKED).join(', ')}.`,
    });
  }
  throw new StorageError('InvalidArgument', 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a SHA-256 in hex.');
}

function partsOf(text: string): Parts {
  const found = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, name, value] = /^\s*(Credential|SignedHeaders|Signature)=(\S+?)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined || found.has(name)) {
      throw malformed('The header must have Credential, SignedHeaders and Signature, each once.');
    }
    found.set(name, value);
  }
  const signature = found.get('Signature') ?? '';
  if (!HEX.test(signature)) throw malformed('The signature must have 64 lower-case hexadecimal digits.');
  return { credential: found.get('Credential') ?? '', signedHeaders: found.get('SignedHeaders') ?? '', signature };
}

function scopeOf(credential: string, refuse: (message: string) => StorageError): Scope {
  const [accessKey = '', day = '', region = '', service, end, ...more] = credential.split('/');
  if (accessKey === '' || !/^\d{8}$/.test(day) || !/^[A-Za-z0-9_-]{1,64}$/.test(region) || more.length > 0) {
    throw refuse('The credential must look like <access key>/20130524/<region>/s3/aws4_request.');
  }
  if (service !== 's3' || end !== 'aws4_request') throw refuse('The credential must end with s3/aws4_request.');
  return { accessKey, day, region };
}

/** The date of the request; its header must be signed, or the request could be repeated for ever. */
function dateOf({ headers }: Head): { readonly name: string; readonly ms: number } {
  const name = headers.has('x-amz-date') ? 'x-amz-date' : 'date';
  const text = headers.get(name) ?? '';
  const ms = parseBasicDate(text) ?? parseHttpDate(text);
  if (ms === undefined) {
    throw new StorageError('AccessDenied', 'A signed request needs a valid date in x-amz-date or Date.');
  }
  return { name, ms };
}

/**
 * All headers that S3 gives a meaning of their own must be under the signature: otherwise they could be added on the
 * way.
 */
function signedHeadersOf(
  head: Head,
  text: string,
  others: readonly string[],
  refuse: (message: string) => StorageError,
): string[] {
  const names = text.split(';');
  if (names.some((name, at) => !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || names.indexOf(name) !== at)) {
    throw refuse('The signed headers must be lower-case names with ; between them, each once.');
  }
  const absent = names.find((name) => !head.headers.has(name));
  if (absent !== undefined)
    throw new StorageError('AccessDenied', `The signed header ${absent} is not in the request.`);
  const isOwn = (name: string): boolean => /^x-(?:amz|obs)-/.test(name);
  const unsigned = ['host', ...others, ...[...head.headers.keys()].filter(isOwn)].find((name) => !names.includes(name));
  if (unsigned === undefined) return names.sort();
  throw new StorageError('AccessDenied', 'The request has headers that should be signed and are not.', {
    details: { HeadersNotSigned: unsigned },
  });
}

function lowerCased(query: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
}
