import type { Secret } from './secret.ts';

/** Part of a bucket in an S3 service. */
export interface S3Place {
  /** `https://host` or `http://host:port`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly accessKey: string;
  readonly secretKey: Secret;
}
