import { Type } from 'typebox';
import { WireInt as Int, Nullable, WireText as Text } from './common.ts';

export const CreateStreamBody = Type.Object({
  stream_name: Type.String({ description: '1 to 64 letters, digits, _ and -.' }),
  partition_count: Int('Shards, 1 to 50; 1 unless given.'),
  stream_type: Text('COMMON or ADVANCED; stored and returned, limits do not depend on it.'),
  data_type: Text('BLOB, JSON or CSV; stored and returned, records are bytes.'),
  data_duration: Int('Hours that records are stored, 1 to 168; 24 unless given.'),
});

export const StreamCreated = Type.Object({ stream_name: Type.String(), stream_id: Type.String() });

const StreamFields = {
  stream_name: Type.String(),
  stream_id: Type.String(),
  create_time: Type.Integer({ description: 'Milliseconds since the epoch.' }),
  retention_period: Type.Integer({ description: 'Hours.' }),
  status: Type.String({ description: 'Always RUNNING.' }),
  stream_type: Type.String(),
  data_type: Type.String(),
};

export const StreamList = Type.Object({
  total_number: Type.Integer({ description: 'Of all pages.' }),
  has_more_streams: Type.Boolean(),
  stream_names: Type.Array(Type.String()),
  stream_info_list: Type.Array(Type.Object({ ...StreamFields, partition_count: Type.Integer() })),
});

export const StreamDetail = Type.Object({
  ...StreamFields,
  last_modified_time: Type.Integer(),
  writable_partition_count: Type.Integer(),
  readable_partition_count: Type.Integer(),
  partitions: Type.Array(
    Type.Object({
      partition_id: Type.String(),
      status: Type.String({ description: 'Always ACTIVE.' }),
      hash_range: Type.String({ description: '`[first : last]` hash key.' }),
      sequence_number_range: Type.String({ description: '`[first : next]` record.' }),
    }),
  ),
  has_more_partitions: Type.Boolean(),
});

export const SendRecordsBody = Type.Object({
  stream_name: Type.String(),
  records: Type.Array(
    Type.Object({
      data: Type.String({ description: 'Base64 of at most 1 MB.' }),
      partition_key: Nullable(Type.String(), {
        description: '1 to 256 characters; the same key is in the same shard.',
      }),
      partition_id: Text('A shard in place of that of the key.'),
      explicit_hash_key: Text('0 to 9223372036854775807, in place of the hash of the key.'),
    }),
    { description: '1 to 500, 5 MB together.' },
  ),
});

export const RecordsSent = Type.Object({
  failed_record_count: Type.Integer(),
  records: Type.Array(
    Type.Object({
      partition_id: Type.String(),
      sequence_number: Type.Optional(Type.String()),
      error_code: Type.Optional(Type.String()),
      error_message: Type.Optional(Type.String()),
    }),
    { description: 'In the order of the request.' },
  ),
});

export const CursorShown = Type.Object({ partition_cursor: Type.String() });

export const RecordsConsumed = Type.Object({
  next_partition_cursor: Type.String(),
  records: Type.Array(
    Type.Object({
      partition_key: Type.String(),
      sequence_number: Type.String(),
      data: Type.String({ description: 'Base64.' }),
      timestamp: Type.Integer(),
      timestamp_type: Type.String({ description: 'Always CreateTime.' }),
    }),
  ),
  millis_behind_latest: Type.Integer({ description: 'Age of the last record, or 0 at the end of the shard.' }),
});
