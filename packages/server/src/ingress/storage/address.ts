import { isIP } from 'node:net';
import type { Head } from './head.ts';
import type { HostBucket } from './signatures/v2.ts';

/** The bucket and the key that a request names; both undefined for the service itself. */
export interface Address extends HostBucket {
  readonly bucket: string | undefined;
  /** Any text; never a path of the file system. */
  readonly key: string | undefined;
}

/** Names below it are buckets for clients of this machine, without any DNS. */
const LOCAL = 'localhost';

/**
 * `bucket.<storage host>/key`, or `<any host>/bucket/key`. The first slash ends the name of the bucket, and everything
 * after it is the key, also dots and slashes.
 */
export function addressOf({ path, headers }: Pick<Head, 'path' | 'headers'>, storageHost: string | undefined): Address {
  const hostBucket = bucketOfHost(headers.get('host') ?? '', storageHost);
  if (hostBucket !== undefined) return { hostBucket, bucket: hostBucket, key: path.slice(1) || undefined };
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const key = slash < 0 ? undefined : path.slice(slash + 1) || undefined;
  return { hostBucket: undefined, bucket: bucket === '' && key === undefined ? undefined : bucket, key };
}

function bucketOfHost(host: string, storageHost: string | undefined): string | undefined {
  const given = host.replace(/:\d+$/, '');
  const name = given.toLowerCase();
  if (isIP(name) !== 0) return undefined;
  for (const base of storageHost === undefined ? [LOCAL] : [storageHost.toLowerCase(), LOCAL]) {
    if (name === base) return undefined;
    // as it was written: it is under the signature
    if (name.endsWith(`.${base}`)) return given.slice(0, -base.length - 1);
  }
  return undefined;
}
