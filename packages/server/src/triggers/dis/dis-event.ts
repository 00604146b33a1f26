import { formatCursor, type StoredRecord, shardId } from '../../services/index.ts';

/** Of an event; what remains of the limit is for the fields around the records. */
const EVENT_BYTES = 6 * 1024 * 1024 - 64 * 1024;
/** Names and numbers of a record. */
const RECORD_OVERHEAD = 160;

export interface DisRecords {
  readonly streamId: string;
  readonly streamName: string;
  readonly shard: number;
  readonly records: readonly StoredRecord[];
  /** Age of the last record, or 0 when none follows it. */
  readonly behindMs: number;
  /** Version or alias of the function. */
  readonly tag: string;
}

/** Pure: the first records that fit into one event, at least one. */
export function fitting(records: readonly StoredRecord[]): readonly StoredRecord[] {
  let bytes = 0;
  const end = records.findIndex(({ key, data }, at) => {
    bytes += Math.ceil(data.length / 3) * 4 + Buffer.byteLength(JSON.stringify(key)) + RECORD_OVERHEAD;
    return at > 0 && bytes > EVENT_BYTES;
  });
  return end === -1 ? records : records.slice(0, end);
}

/** Pure: the event of records of one shard. */
export function disEvent({ streamId, streamName, shard, records, behindMs, tag }: DisRecords): Buffer {
  const event = {
    ShardID: shardId(shard),
    Message: {
      next_partition_cursor: formatCursor({ streamId, shard, next: (records.at(-1)?.sequence ?? -1) + 1 }),
      records: records.map(({ key, data, sequence, putAt }) => ({
        partition_key: key,
        data: data.toString('base64'),
        sequence_number: String(sequence),
        timestamp: putAt,
        timestamp_type: 'CreateTime',
      })),
      millis_behind_latest: String(behindMs),
    },
    Tag: tag,
    StreamName: streamName,
  };
  return Buffer.from(JSON.stringify(event));
}
