/** Times are ms since the epoch. */
export interface Stream {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** Stored and returned; limits do not depend on it. */
  readonly type: StreamType;
  readonly dataType: DataType;
  readonly shards: number;
  readonly retentionMs: number;
  readonly createdAt: number;
}

export const STREAM_TYPES = ['COMMON', 'ADVANCED'] as const;
export type StreamType = (typeof STREAM_TYPES)[number];

export const DATA_TYPES = ['BLOB', 'JSON', 'CSV'] as const;
export type DataType = (typeof DATA_TYPES)[number];

export interface RecordContent {
  readonly key: string;
  readonly data: Buffer;
}

export interface NewRecord extends RecordContent {
  readonly shard: number;
}

export interface StoredRecord extends RecordContent {
  /** From 0 in its shard, without gaps. */
  readonly sequence: number;
  readonly putAt: number;
}

/** What became of one record of a put. */
export type PutOutcome =
  | { readonly shard: number; readonly sequence: number }
  | { readonly shard: number; readonly error: unknown };

export interface PutFigures {
  /** Stored ones. */
  readonly records: number;
  /** Of their data and keys. */
  readonly bytes: number;
  /** Puts. */
  readonly throttled: number;
}

export interface ShardState {
  /** Of the oldest record that is not expired; `next` when there is none. */
  readonly first: number;
  /** Of the next record. */
  readonly next: number;
}

/** Records of one shard from a position on. */
export interface RecordPage {
  readonly records: readonly StoredRecord[];
  /** Where the next page begins. */
  readonly next: number;
}

export interface PageLimits {
  readonly records: number;
  /** Of data and keys; the first record comes however large it is. */
  readonly bytes: number;
}

export interface StreamUsage {
  readonly streams: number;
  readonly bytes: number;
}
