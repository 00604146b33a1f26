import { isIP } from 'node:net';
import type { S3Service } from '../../lib/s3-place.ts';

/** An object of an external S3 service. */
export interface ExternalAddress {
  readonly bucket: string;
  readonly key: string;
}

/** Not what services allow, but nothing that changes the host or the path of a request. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;
const MAX_BUCKET_CHARS = 255;
const MAX_KEY_BYTES = 1024;

/** Whether a link leads to the service: its own host, or the host of a bucket below it. */
export function isAt(url: URL, { endpoint }: Pick<S3Service, 'endpoint'>): boolean {
  return url.origin === endpoint || bucketOfHost(url, endpoint) !== undefined;
}

/** The object that a link to the service names, in either form of addressing. Undefined when it names none. */
export function addressAt(url: URL, { endpoint }: Pick<S3Service, 'endpoint'>): ExternalAddress | undefined {
  const path = decoded(url.pathname.slice(1));
  if (path === undefined) return undefined;
  const own = bucketOfHost(url, endpoint);
  const slash = path.indexOf('/');
  const bucket = own ?? path.slice(0, Math.max(slash, 0));
  const key = own === undefined ? path.slice(slash + 1) : path;
  return isBucket(bucket) && isKey(key) ? { bucket, key } : undefined;
}

/** A bucket as destinations and policies write it, `@service/bucket`; undefined for one of this server. */
export function externalBucket(text: string): { readonly service: string; readonly bucket: string } | undefined {
  const [, service, bucket] = /^@([^/]+)\/(.+)$/.exec(text) ?? [];
  return service === undefined || bucket === undefined ? undefined : { service, bucket };
}

/** For paths of policies. */
export function externalPath(service: string, { bucket, key }: ExternalAddress): string {
  return `@${service}/${bucket}/${key}`;
}

function isBucket(name: string): boolean {
  return name.length <= MAX_BUCKET_CHARS && BUCKET.test(name);
}

/** Keys that services or proxies before them would read as another path are none. */
function isKey(key: string): boolean {
  const isPath = key.split('/').some((part) => part === '.' || part === '..');
  return key !== '' && Buffer.byteLength(key) <= MAX_KEY_BYTES && key.isWellFormed() && !isPath && !key.includes('\0');
}

function bucketOfHost(url: URL, endpoint: string): string | undefined {
  const base = new URL(endpoint);
  if (url.protocol !== base.protocol || url.port !== base.port || isIP(base.hostname) !== 0) return undefined;
  return url.hostname.endsWith(`.${base.hostname}`) ? url.hostname.slice(0, -base.hostname.length - 1) : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
