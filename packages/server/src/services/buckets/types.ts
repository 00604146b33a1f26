import type { AtomicStatement } from '../../storage/index.ts';

/** Rights that buckets check, as IAM policies name them. */
export type BucketAction =
  | 'obs:bucket:CreateBucket'
  | 'obs:bucket:DeleteBucket'
  | 'obs:bucket:GetBucketLocation'
  | 'obs:bucket:GetBucketNotification'
  | 'obs:bucket:GetBucketVersioning'
  | 'obs:bucket:GetLifecycleConfiguration'
  | 'obs:bucket:HeadBucket'
  | 'obs:bucket:ListAllMyBuckets'
  | 'obs:bucket:ListBucket'
  | 'obs:bucket:ListBucketMultipartUploads'
  | 'obs:bucket:PutBucketNotification'
  | 'obs:bucket:PutLifecycleConfiguration'
  | 'obs:object:AbortMultipartUpload'
  | 'obs:object:DeleteObject'
  | 'obs:object:GetObject'
  | 'obs:object:ListMultipartUploadParts'
  | 'obs:object:PutObject';

/** About settings that are the same for every bucket. */
export type SettingAction = Extract<
  BucketAction,
  `obs:bucket:${'Get' | 'Put'}BucketNotification` | 'obs:bucket:GetBucketVersioning'
>;

/** What an action is about. `bucket` is absent for a list of all buckets, `key` for a bucket. */
export interface BucketResource {
  /** Of the bucket; of the caller for a list and for a new bucket. */
  readonly projectId: string;
  readonly bucket?: string;
  /** Of an object; for a listing its prefix. */
  readonly key?: string;
}

/** Who calls, proven by the door; also what facts about the call say. */
export interface BucketCaller {
  /** The account (IAM domain). Buckets of other accounts answer `AccessDenied`. */
  readonly accountId: string;
  /** New buckets belong to it, lists of buckets are of it; other operations take the project from the bucket. */
  readonly projectId: string;
  /** The user or agency. */
  readonly principalId: string;
  readonly sourceIp: string;
  readonly requestId: string;
  /** Number of functions that led to this call by triggers, one after another; 0 for a client. */
  readonly chainDepth: number;
  /** Of the caller's trace; valid. */
  readonly traceparent?: string | undefined;
  /** Whether the caller has the right. Called once for each object; does not have to compare accounts. */
  may(action: BucketAction, resource: BucketResource): boolean;
}

/** Times are ms since the epoch. */
export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly projectId: string;
  readonly region: string;
  readonly createdAt: number;
}

/** Headers that are stored with an object and returned as they were; each at most 2 KB. Absent ones were not sent. */
export interface ContentHeaders {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly expires?: string;
}

/** `x-amz-meta-*` and `x-obs-meta-*` without the prefix, in lower case; names and values 2 KB together. */
export type Metadata = Readonly<Record<string, string>>;

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256';

/** `value` is base64; that of a multipart upload ends with `-` and the number of parts. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

export interface ObjectHead {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes: MD5 in hex; of a multipart upload MD5 of MD5s, `-`, number of parts. */
  readonly etag: string;
  /** ms since the epoch, of a whole second, so that conditions by time compare what clients were shown. */
  readonly modifiedAt: number;
  readonly content: ContentHeaders;
  readonly metadata: Metadata;
  readonly checksum?: Checksum;
  /** When it will be removed, by what its last write said; ms since the epoch. Rules of a lifecycle may remove it earlier. */
  readonly expiresAt?: number;
}

/** Etags without quotes, `*` for any object; times are ms since the epoch. All that are present must hold. */
export interface ReadConditions {
  readonly ifMatch?: readonly string[];
  /** Not read when `ifMatch` is present. */
  readonly ifUnmodifiedSince?: number;
  readonly ifNoneMatch?: readonly string[];
  /** Not read when `ifNoneMatch` is present. */
  readonly ifModifiedSince?: number;
}

/** Checked against the object that a write replaces, in the transaction that replaces it. */
export interface WriteConditions {
  /** The present object must have one of these etags (`*`: any). Without an object: `NoSuchKey`. */
  readonly ifMatch?: readonly string[];
  /** `*`: only a new key. */
  readonly ifNoneMatch?: readonly string[];
}

/**
 * Bytes of a request, without framing. They are read with backpressure and once; what the iteration throws is thrown on
 * unchanged, and nothing is stored. A refusal before the first byte leaves it unread.
 */
export interface Body {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The exact number of bytes: fewer is `IncompleteBody`, more is `InvalidRequest`. */
  readonly size: number;
  /** MD5 in base64. Of another form: `InvalidDigest`; of other bytes: `BadDigest`. */
  readonly md5?: string;
  /** SHA-256 in hex of the signed payload, compared likewise. */
  readonly sha256?: string;
  /** Computed, stored and returned. */
  readonly checksum?: {
    readonly algorithm: ChecksumAlgorithm;
    /** Read after the last byte, because a trailer may bring it; undefined: only computed. In base64. */
    readonly expected: () => string | undefined;
  };
}

/** Both inclusive; `first` to the end when `last` is absent; the last `suffix` bytes. */
export type ByteRange = { readonly first: number; readonly last?: number } | { readonly suffix: number };

export interface ObjectRef {
  readonly bucket: string;
  readonly key: string;
}

export interface PutRequest extends ObjectRef {
  readonly body: Body;
  readonly content: ContentHeaders;
  readonly metadata: Metadata;
  /** The object is removed so many days after this write, 1 to 36,500. */
  readonly expireDays?: number | undefined;
  readonly conditions?: WriteConditions;
}

export interface GetRequest extends ObjectRef {
  readonly range?: ByteRange;
  readonly conditions?: ReadConditions;
}

export interface ObjectBytes {
  readonly head: ObjectHead;
  /** Of the answer: both inclusive; absent for a whole object. */
  readonly range?: { readonly first: number; readonly last: number };
  /** Number of bytes that `bytes` yields. */
  readonly length: number;
  /**
   * Pieces of at most 256 KB, read as they are requested. Iterate it to the end or `return()` it: until then files are open.
   * It throws when a file is lost; the answer must then be cut, not completed.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface CopyRequest extends ObjectRef {
  readonly source: ObjectRef;
  /** Of the source. */
  readonly sourceConditions?: ReadConditions;
  /** Present for the directive REPLACE: what the copy gets in place of the headers and metadata of the source. */
  readonly replace?: { readonly content: ContentHeaders; readonly metadata: Metadata };
  /** As for `put`; the expiry of the source is not copied. */
  readonly expireDays?: number | undefined;
  /** Of the target. */
  readonly conditions?: WriteConditions;
}

export interface Stored {
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: number;
  readonly checksum?: Checksum;
}

export interface DeleteResult {
  readonly key: string;
  /** Present when this one could not be deleted; a key without an object is a success. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Serves both versions of listing, of objects and of uploads: markers and decoded tokens are `after`. */
export interface ListRequest {
  readonly bucket: string;
  readonly prefix?: string;
  readonly delimiter?: string;
  /**
   * Keys behind it, by bytes. A common prefix is listed when a key behind `after` has it, but not when it equals `after`:
   * so `next` of a page continues behind its last entry, whether that is a key or a common prefix.
   */
  readonly after?: string;
  /** Entries (keys and common prefixes), 0 to 1000. */
  readonly limit: number;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modifiedAt: number;
}

export interface ObjectList {
  readonly objects: readonly ListedObject[];
  readonly prefixes: readonly string[];
  /** Present when there is more: `after` of the next page. Version 1 returns it as NextMarker, version 2 encoded. */
  readonly next?: string;
}

export interface UploadRef extends ObjectRef {
  readonly uploadId: string;
}

export interface CreateUploadRequest extends ObjectRef {
  readonly content: ContentHeaders;
  readonly metadata: Metadata;
  /** Counted from the completion. */
  readonly expireDays?: number | undefined;
  /** Each part is stored with a checksum of it, and the object gets that of all. */
  readonly checksumAlgorithm?: ChecksumAlgorithm;
}

export interface PartRequest extends UploadRef {
  /** 1 to 10,000. */
  readonly partNumber: number;
  readonly body: Body;
}

export interface CopyPartRequest extends UploadRef {
  readonly partNumber: number;
  readonly source: ObjectRef;
  readonly range?: ByteRange;
  readonly sourceConditions?: ReadConditions;
}

export interface CompleteRequest extends UploadRef {
  /** In ascending order of numbers, 1 to 10,000 of them. */
  readonly parts: readonly { readonly partNumber: number; readonly etag: string; readonly checksum?: string }[];
  readonly conditions?: WriteConditions;
}

export interface ListPartsRequest extends UploadRef {
  readonly afterPart?: number;
  /** 0 to 1000. */
  readonly limit: number;
}

export interface ListedPart extends Stored {
  readonly partNumber: number;
}

export interface PartList {
  readonly parts: readonly ListedPart[];
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  /** Present when there is more: `afterPart` of the next page. */
  readonly next?: number;
}

export interface ListUploadsRequest extends ListRequest {
  /** With `after`: continues behind this upload of that key. */
  readonly afterUpload?: string;
}

export interface ListedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly createdAt: number;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
}

export interface UploadList {
  /** By key, then by the millisecond in which they were created. */
  readonly uploads: readonly ListedUpload[];
  readonly prefixes: readonly string[];
  readonly next?: { readonly after: string; readonly afterUpload?: string };
}

/** Names as OBS has them, without `s3:`. */
export type ObjectEvent =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete';

export interface LifecycleRule {
  /** At most 255 characters, once in a bucket. */
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  /** An object expires at the first midnight (UTC) that is so many days after its last change. */
  readonly expireDays?: number;
  /** Unfinished uploads are aborted so many days after they were created. */
  readonly abortUploadDays?: number;
}

/**
 * Buckets and their objects. A promise of a write resolves when the change is on disk; a rejected write changed nothing.
 * Each method checks its arguments and authorizes the caller before it acts. All may throw `BucketError`:
 * - `NoSuchBucket`, `AccessDenied`: no such bucket; one of another account, or a missing right.
 * - `InvalidBucketName`, `InvalidArgument`, `KeyTooLongError`: a name or key that cannot exist. Keys are 1 to 1024 bytes of
 *   UTF-8 without lone surrogates; any other character is possible.
 * - Writes: `QuotaExceeded` (objects, bytes, uploads or parts of the project), `SlowDown` (its writes at once),
 *   `InsufficientStorage` (the disk is full or nearly so), `EntityTooLarge`, `MetadataTooLarge`.
 * and `PlatformError` `unavailable` while the database is.
 */
export interface Buckets {
  /**
   * Names are unique on the server. Throws `BucketAlreadyOwnedByYou`, `BucketAlreadyExists`, `TooManyBuckets`, and
   * `InvalidArgument` for another region than that of the server.
   */
  createBucket(caller: BucketCaller, name: string, region?: string): Promise<Bucket>;
  headBucket(caller: BucketCaller, name: string): Promise<Bucket>;
  /** Of the caller's project, by name. */
  listBuckets(caller: BucketCaller): Promise<readonly Bucket[]>;
  /** Throws `BucketNotEmpty` while it has objects or unfinished uploads. */
  deleteBucket(caller: BucketCaller, name: string): Promise<void>;
  location(caller: BucketCaller, name: string): Promise<string>;

  /**
   * Stores an object. It is visible only when it is complete; of parallel puts of a key the last one that finishes stays.
   * At most 5 GB. Throws `IncompleteBody`, `BadDigest`, `InvalidDigest`, `PreconditionFailed`, `NoSuchKey` (`ifMatch`).
   */
  put(caller: BucketCaller, request: PutRequest): Promise<Stored>;
  /**
   * Throws `NoSuchKey`, `InvalidRange`, `PreconditionFailed`, `NotModified`. An object that is replaced or deleted meanwhile
   * stays readable for an hour.
   */
  get(caller: BucketCaller, request: GetRequest): Promise<ObjectBytes>;
  head(caller: BucketCaller, request: Omit<GetRequest, 'range'>): Promise<ObjectHead>;
  /** A key without an object is a success, unless `ifMatch` is given (`NoSuchKey`). Throws `PreconditionFailed`. */
  delete(caller: BucketCaller, request: ObjectRef & { readonly conditions?: WriteConditions }): Promise<void>;
  /**
   * One result for each of the keys (1 to 1000), in their order. The right is checked for each. When it rejects for a fault
   * of the machine, some may be deleted: repeating it is safe.
   */
  deleteMany(caller: BucketCaller, bucket: string, keys: readonly string[]): Promise<readonly DeleteResult[]>;
  /**
   * Copies an object of at most 5 GB without reading its bytes where the file system has links. Headers, metadata, checksum
   * and etag are those of the source. Throws `InvalidRequest` for a copy onto itself that replaces nothing, and the errors
   * of `get` for the source.
   */
  copy(caller: BucketCaller, request: CopyRequest): Promise<Stored>;
  /** Ordered by the bytes of keys; does not read the keys below a common prefix. */
  list(caller: BucketCaller, request: ListRequest): Promise<ObjectList>;

  /** Returns the id of the upload, which lives until it is completed or aborted, or its lifecycle or age (a week) ends it. */
  createUpload(caller: BucketCaller, request: CreateUploadRequest): Promise<string>;
  /** At most 5 GB; a part with the same number is replaced. Throws `NoSuchUpload` and the errors of `put`. */
  uploadPart(caller: BucketCaller, request: PartRequest): Promise<Stored>;
  copyPart(caller: BucketCaller, request: CopyPartRequest): Promise<Stored>;
  /**
   * Makes the object of the parts without copying them; parts that are not listed are removed. Repeating it with the same
   * parts gives the same answer for a day. Throws `InvalidPart` (missing, or another etag), `InvalidPartOrder`,
   * `EntityTooSmall` (5 MB for all but the last), `EntityTooLarge` (5 TB), `NoSuchUpload`, `PreconditionFailed`.
   */
  completeUpload(caller: BucketCaller, request: CompleteRequest): Promise<Stored>;
  /** Throws `NoSuchUpload`. A part that is being uploaded meanwhile ends with `NoSuchUpload`. */
  abortUpload(caller: BucketCaller, request: UploadRef): Promise<void>;
  listParts(caller: BucketCaller, request: ListPartsRequest): Promise<PartList>;
  listUploads(caller: BucketCaller, request: ListUploadsRequest): Promise<UploadList>;

  /** Buckets have no rules of notification, triggers name them: this checks the right only. */
  authorizeSetting(caller: BucketCaller, name: string, action: SettingAction): Promise<void>;
  /** Throws `NoSuchLifecycleConfiguration`. */
  lifecycle(caller: BucketCaller, name: string): Promise<readonly LifecycleRule[]>;
  /** Replaces all rules, 1 to 100. */
  putLifecycle(caller: BucketCaller, name: string, rules: readonly LifecycleRule[]): Promise<void>;
  deleteLifecycle(caller: BucketCaller, name: string): Promise<void>;
}

/** What a project stores; bytes are those of objects and unfinished uploads. */
export interface Usage {
  readonly buckets: number;
  readonly objects: number;
  readonly bytes: number;
  /** Unfinished ones, and their parts. */
  readonly uploads: number;
  readonly parts: number;
}

export interface BucketUsage extends Usage {
  /** Objects and parts that this server is writing. */
  readonly writes: number;
}

/** A change of an object, as triggers hear of it. Expiry by a lifecycle is none. */
export interface ObjectFact {
  /** UUID; the same for every delivery of the fact. */
  readonly id: string;
  readonly event: ObjectEvent;
  /** ms since the epoch. */
  readonly at: number;
  readonly region: string;
  readonly accountId: string;
  readonly projectId: string;
  readonly bucket: string;
  readonly key: string;
  /** Of the object; of a removed one as it was. */
  readonly size: number;
  readonly etag: string;
  /** Orders the facts of one key: hex text of a fixed length, compared as text. */
  readonly sequencer: string;
  readonly principalId: string;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly chainDepth: number;
  readonly traceparent?: string | undefined;
}

/** Stores facts in the transactions of the changes that they are about. */
export interface FactRecorder {
  /**
   * Statements for the transaction of the change; none when no trigger can be interested. Called again, with the same id,
   * when the transaction is tried again.
   */
  statements(fact: ObjectFact): readonly AtomicStatement[];
  /** The transaction is committed: deliver soon. Never throws. */
  recorded(): void;
}
