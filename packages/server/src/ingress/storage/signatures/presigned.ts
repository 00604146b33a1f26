import { createHmac, hash } from 'node:crypto';
import { basicDate } from './dates.ts';
import { uriEncode, uriEncodePath } from './encode.ts';
import { ALGORITHM } from './v4.ts';

export interface PresignedRequest {
  readonly method: string;
  /** Where buckets are. */
  readonly endpoint: URL;
  readonly bucket: string;
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
}

interface PresigningKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken: string | undefined;
  readonly region: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** An address with a signature of AWS, version 4, in its query; the door of buckets accepts it for so many seconds. */
export function presigned(
  { method, endpoint, bucket, key, query }: PresignedRequest,
  { accessKey, secretKey, securityToken, region }: PresigningKey,
  { nowMs, seconds }: { readonly nowMs: number; readonly seconds: number },
): string {
  const date = basicDate(nowMs);
  const scope = [date.slice(0, 8), region, 's3', 'aws4_request'];
  const text = Object.entries({
    ...query,
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': [accessKey, ...scope].join('/'),
    'X-Amz-Date': date,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
    ...(securityToken === undefined ? {} : { 'X-Amz-Security-Token': securityToken }),
  })
    .map(([name, value]): [string, string] => [uriEncode(name), uriEncode(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
  const path = uriEncodePath(`/${bucket}/${key}`);
  const request = [method, path, text, `host:${endpoint.host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const signed = [ALGORITHM, date, scope.join('/'), hash('sha256', request, 'hex')].join('\n');
  const signing = scope.reduce<string | Buffer>(hmac, `AWS4${secretKey}`);
  return `${endpoint.origin}${path}?${text}&X-Amz-Signature=${hmac(signing, signed).toString('hex')}`;
}
