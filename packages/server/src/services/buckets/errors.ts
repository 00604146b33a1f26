import type { ObjectHead } from './types.ts';

/**
 * Refusals of buckets by the code that S3 and OBS clients know. `status` is the HTTP status. The door writes the code and
 * the message as they are; other errors (`PlatformError` `unavailable`, faults of the machine) are not of this class.
 */
export const BUCKET_ERRORS = {
  AccessDenied: 403,
  BadDigest: 400,
  BucketAlreadyExists: 409,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InsufficientStorage: 507,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  KeyTooLongError: 400,
  MetadataTooLarge: 400,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  /** A read whose condition says that the client has the object: an answer without body, headers from `head`. */
  NotModified: 304,
  PreconditionFailed: 412,
  QuotaExceeded: 507,
  /** Too many writes of the project at once: try again soon. */
  SlowDown: 503,
  TooManyBuckets: 400,
} as const;

export type BucketErrorCode = keyof typeof BUCKET_ERRORS;

/** A request that buckets refuse. Nothing was changed. */
export class BucketError extends Error {
  readonly code: BucketErrorCode;
  /** Of `NotModified`. */
  readonly head: ObjectHead | undefined;

  constructor(code: BucketErrorCode, message: string, options: { readonly cause?: unknown; head?: ObjectHead } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BucketError';
    this.code = code;
    this.head = options.head;
  }

  get status(): number {
    return BUCKET_ERRORS[this.code];
  }
}
