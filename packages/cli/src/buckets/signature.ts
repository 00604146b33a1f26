import { createHmac, hash } from 'node:crypto';

export interface StorageKey {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of a temporary key. */
  readonly securityToken: string | undefined;
  readonly region: string;
}

export interface SignedRequest {
  readonly method: string;
  /** As it stands in the `Host` header. */
  readonly host: string;
  /** Percent-encoded, as it is sent. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly nowMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The SHA-256 of a body that is empty. */
export const EMPTY_SHA256 = hash('sha256', '', 'hex');

/** Percent-encodes everything but `A-Z a-z 0-9 - . _ ~`, as S3 does. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The query as it is signed and sent: in the order of the encoded names. */
export function queryText(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
}

/**
 * The headers of a request with a signature of AWS, version 4: the given ones, those that it adds, and `Authorization`. Names
 * are in lower case.
 */
export function signedHeaders(
  request: SignedRequest & { readonly headers: Readonly<Record<string, string>>; readonly sha256: string },
  key: StorageKey,
): Record<string, string> {
  const { date, scope } = placeOf(request, key);
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    'x-amz-content-sha256': request.sha256,
    'x-amz-date': date,
    ...(key.securityToken === undefined ? {} : { 'x-amz-security-token': key.securityToken }),
  };
  const signature = signatureOf({ ...request, headers }, key);
  const names = Object.keys(headers).sort().join(';');
  const credential = `Credential=${key.accessKey}/${scope}`;
  return { ...headers, authorization: `${ALGORITHM} ${credential},SignedHeaders=${names},Signature=${signature}` };
}

/** The query of an address that works without a key for so many seconds. */
export function presignedQuery(request: SignedRequest, key: StorageKey, expiresSeconds: number): string {
  const { date, scope } = placeOf(request, key);
  const query = {
    ...request.query,
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${key.accessKey}/${scope}`,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': 'host',
    ...(key.securityToken === undefined ? {} : { 'X-Amz-Security-Token': key.securityToken }),
  };
  const headers = { host: request.host };
  const signature = signatureOf({ ...request, query, headers, sha256: 'UNSIGNED-PAYLOAD' }, key);
  return `${queryText(query)}&X-Amz-Signature=${signature}`;
}

/** The time as it is signed, and what the signature is valid for. */
function placeOf({ nowMs }: SignedRequest, { region }: StorageKey): { readonly date: string; readonly scope: string } {
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return { date, scope: `${date.slice(0, 8)}/${region}/s3/aws4_request` };
}

function signatureOf(
  request: SignedRequest & { readonly headers: Readonly<Record<string, string>>; readonly sha256: string },
  key: StorageKey,
): string {
  const { method, path, query, headers, sha256 } = request;
  const { date, scope } = placeOf(request, key);
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, ' ')}\n`);
  const canonical = [method, path, queryText(query), lines.join(''), names.join(';'), sha256].join('\n');
  const text = [ALGORITHM, date, scope, hash('sha256', canonical, 'hex')].join('\n');
  const signing = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${key.secretKey}`);
  return hmac(signing, text).toString('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
