/** Times are ms since the epoch. */
export interface StreamTable {
  id: string;
  project_id: string;
  name: string;
  stream_type: string;
  data_type: string;
  shards: number;
  retention_ms: number;
  created_at: number;
}

export interface StreamShardTable {
  stream_id: string;
  shard: number;
  /** Of the next record. */
  next_sequence: number;
  /** Records of a shard have times in their order, whatever the clock does. */
  last_put_at: number;
}

/** Records of one shard that were stored together, with numbers in a row. */
export interface StreamBatchTable {
  stream_id: string;
  shard: number;
  last_sequence: number;
  records: number;
  /** That count for the quota. */
  bytes: number;
  put_at: number;
  expires_at: number;
  body: Uint8Array;
}

/** A deleted stream whose records are not removed yet. */
export interface StreamRemovalTable {
  stream_id: string;
  project_id: string;
  shards: number;
}

export interface StreamUsageTable {
  project_id: string;
  streams: number;
  bytes: number;
}

export interface StreamsSchema {
  stream: StreamTable;
  stream_shard: StreamShardTable;
  stream_batch: StreamBatchTable;
  stream_removal: StreamRemovalTable;
  stream_usage: StreamUsageTable;
}
