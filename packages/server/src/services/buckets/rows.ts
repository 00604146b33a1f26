import { PlatformError } from '../../lib/platform-error.ts';
import { BucketError } from './errors.ts';
import { endOf } from './expiry.ts';
import type { Bucket, Checksum, ChecksumAlgorithm, ContentHeaders, Metadata, ObjectHead, Stored } from './types.ts';

/** A bucket as it is stored. */
export interface BucketRow extends Bucket {
  readonly id: string;
}

/** Stored beside the bytes of an object or an upload. */
export interface Content {
  readonly headers: ContentHeaders;
  readonly metadata: Metadata;
  readonly checksum?: Checksum;
  /** Days from the last change of the object to its end. */
  readonly expireDays?: number | undefined;
  /** Of an upload in parts. */
  readonly checksumAlgorithm?: ChecksumAlgorithm;
}

/** An object as it is stored. */
export interface ObjectRow {
  /** The name of its file, or the id of the upload whose parts it consists of. */
  readonly version: string;
  readonly inParts: boolean;
  readonly size: number;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly sequence: number;
  readonly content: Content;
}

export interface UploadRow {
  readonly id: string;
  readonly state: 'open' | 'done';
  readonly revision: number;
  readonly createdAt: number;
  readonly completedAt: number | undefined;
  readonly content: Content;
  readonly request: string | undefined;
  readonly answer: Stored | undefined;
}

export interface PartRow {
  readonly number: number;
  readonly file: string;
  readonly size: number;
  readonly etag: string;
  readonly checksum: string | undefined;
  readonly modifiedAt: number;
}

/** A file that may be removed some time after the commit. */
export interface Garbage {
  readonly file: string;
  readonly size: number;
}

export function headOf(key: string, { size, etag, modifiedAt, content }: ObjectRow): ObjectHead {
  const { headers, metadata, checksum, expireDays } = content;
  const expiresAt = expireDays === undefined ? undefined : endOf(expireDays, modifiedAt);
  return {
    ...{ key, size, etag, modifiedAt, content: headers, metadata },
    ...(checksum && { checksum }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

export function storedOf({ size, etag, modifiedAt, content: { checksum } }: Omit<ObjectRow, 'sequence'>): Stored {
  return { size, etag, modifiedAt, ...(checksum && { checksum }) };
}

export function noSuchKey(): BucketError {
  return new BucketError('NoSuchKey', 'No object of the bucket has this key.');
}

export function noSuchUpload(): BucketError {
  return new BucketError('NoSuchUpload', 'No unfinished upload of this key has this id: it was completed or aborted.');
}

/** Whether a change certainly did not happen; after any other error the database may have it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof BucketError || (error instanceof PlatformError && error.code !== 'unavailable');
}
