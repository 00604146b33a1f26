import type { ErrorCode } from '@funcgraph/api/errors';
import { PlatformError } from '../../../lib/platform-error.ts';
import { BucketError } from '../../../services/index.ts';

/** All others are about the request. */
const CODES: Partial<Record<BucketError['code'], ErrorCode>> = {
  AccessDenied: 'forbidden',
  NoSuchBucket: 'not_found',
  NoSuchKey: 'not_found',
  BucketAlreadyExists: 'resource_exists',
  BucketAlreadyOwnedByYou: 'resource_exists',
  BucketNotEmpty: 'bucket_not_empty',
  QuotaExceeded: 'bucket_quota',
  TooManyBuckets: 'bucket_quota',
  InsufficientStorage: 'disk_full',
  SlowDown: 'bucket_busy',
};

/** Runs work on buckets; their refusals get codes of the API. */
export async function inBuckets<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof BucketError)) throw error;
    throw new PlatformError(CODES[error.code] ?? 'invalid_request', error.message, { cause: error });
  }
}
