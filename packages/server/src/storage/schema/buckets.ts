/** Times are ms since the epoch; keys are bytes of UTF-8, which both databases compare byte by byte. */
export interface BucketTable {
  /** A new bucket of the same name has another one. */
  id: string;
  name: string;
  account_id: string;
  project_id: string;
  region: string;
  created_at: number;
  /** JSON: rules; null for none. */
  lifecycle: string | null;
}

export interface BucketObjectTable {
  bucket_id: string;
  key: Uint8Array;
  /** The name of its file, or the id of the upload whose parts it consists of. */
  version: string;
  /** 1 for an object of parts. */
  in_parts: number;
  size: number;
  etag: string;
  modified_at: number;
  /** Orders the facts of the key. */
  sequence: number;
  /** JSON: headers, metadata, checksum. */
  content: string;
  /** When the object is removed, if its last write said so. */
  expires_at: number | null;
}

/** An upload in parts, unfinished or the list of parts of an object. */
export interface BucketUploadTable {
  /** Sorts by time of creation. */
  id: string;
  bucket_id: string;
  key: Uint8Array;
  /** `done` since it was completed. */
  state: 'open' | 'done';
  /** Grows with each change of its parts. */
  revision: number;
  created_at: number;
  completed_at: number | null;
  /** JSON: headers, metadata, checksum algorithm. */
  content: string;
  /** Digest of the list of parts that completed it. */
  request: string | null;
  /** JSON: the answer to it. */
  answer: string | null;
}

export interface BucketPartTable {
  upload_id: string;
  number: number;
  file: string;
  size: number;
  /** MD5 of the file in hex. */
  etag: string;
  checksum: string | null;
  modified_at: number;
}

/** Files that nothing refers to since that time; a reader may still have them open. */
export interface BucketGarbageTable {
  file: string;
  size: number;
  since: number;
}

/** What a project stores; bytes include those of unfinished uploads. */
export interface BucketUsageTable {
  project_id: string;
  buckets: number;
  objects: number;
  bytes: number;
  /** Unfinished ones, and their parts. */
  uploads: number;
  parts: number;
}

export interface BucketsSchema {
  bucket: BucketTable;
  bucket_object: BucketObjectTable;
  bucket_upload: BucketUploadTable;
  bucket_part: BucketPartTable;
  bucket_garbage: BucketGarbageTable;
  bucket_usage: BucketUsageTable;
}
