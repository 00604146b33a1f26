import type { Secret } from './secret.ts';

/** An S3 service and the keys for it. */
export interface S3Service {
  /** `https://host` or `http://host:port`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: Secret;
  /** Buckets are host names below that of the service; otherwise they are in the path. */
  readonly virtualHosts?: boolean;
}

/** Part of a bucket in an S3 service. */
export interface S3Place extends S3Service {
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
}
