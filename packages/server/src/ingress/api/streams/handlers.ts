import { PlatformError, toErrorBody } from '../../../lib/platform-error.ts';
import {
  formatCursor,
  hashRange,
  readCursor,
  readShardId,
  type Stream,
  type StreamRecords,
  shardId,
} from '../../../services/index.ts';
import type { Handlers } from '../../http/handler.ts';
import { StreamAccess, type StreamAccessDeps } from './stream-access.ts';

type Ids =
  | 'createStream'
  | 'listStreams'
  | 'showStream'
  | 'deleteStream'
  | 'sendRecords'
  | 'showCursor'
  | 'consumeRecords';

export interface StreamDeps extends StreamAccessDeps {
  readonly streamRecords: StreamRecords;
}

const HOUR_MS = 3_600_000;
const STREAMS_IN_PAGE = { usual: 10, max: 100 };
const SHARDS_IN_PAGE = { usual: 100, max: 1000 };
/** An answer holds data as Base64. */
const FETCH_BYTES = { usual: 1024 * 1024, max: 4 * 1024 * 1024 };
const FETCH_RECORDS = 10_000;

/** Streams and their records, in the form of the DIS API. */
export function streamHandlers(deps: StreamDeps): Handlers<Ids> {
  const { streams, streamRecords: records } = deps;
  const access = new StreamAccess(deps);
  return {
    async createStream({ body, ...request }) {
      const { stream_name: name } = body;
      access.authorize(request, 'create', name);
      const stream = await streams.create(request.params.project_id, {
        name,
        type: body.stream_type || 'COMMON',
        dataType: body.data_type || 'BLOB',
        shards: body.partition_count ?? 1,
        retentionHours: body.data_duration ?? 24,
      });
      return { stream_name: name, stream_id: stream.id };
    },

    async listStreams(request) {
      const { limit, start_stream_name: start = '' } = request.query;
      const page = within('limit', limit, STREAMS_IN_PAGE);
      const all = await streams.list(request.params.project_id);
      const seen = all.filter(({ name }) => access.allows(request, 'list', name));
      const rest = seen.filter(({ name }) => Buffer.compare(Buffer.from(name), Buffer.from(start)) > 0);
      const listed = rest.slice(0, page);
      return {
        total_number: seen.length,
        has_more_streams: rest.length > listed.length,
        stream_names: listed.map(({ name }) => name),
        stream_info_list: listed.map((stream) => ({ ...fieldsOf(stream), partition_count: stream.shards })),
      };
    },

    async showStream(request) {
      const { start_partitionId: start, limit_partitions: limit } = request.query;
      const page = within('limit_partitions', limit, SHARDS_IN_PAGE);
      const stream = await access.stream(request, request.params.stream_name, 'get');
      const from = start ? (readShardId(start, stream.shards) ?? stream.shards) + 1 : 0;
      const end = Math.min(from + page, stream.shards);
      const partitions = [];
      for (let shard = from; shard < end; shard += 1) {
        const { first, next } = await records.shard(stream, shard);
        partitions.push({
          partition_id: shardId(shard),
          status: 'ACTIVE',
          hash_range: `[${hashRange(shard, stream.shards).join(' : ')}]`,
          sequence_number_range: `[${first} : ${next}]`,
        });
      }
      return {
        ...fieldsOf(stream),
        last_modified_time: stream.createdAt,
        writable_partition_count: stream.shards,
        readable_partition_count: stream.shards,
        partitions,
        has_more_partitions: end < stream.shards,
      };
    },

    async deleteStream(request) {
      await streams.delete(await access.stream(request, request.params.stream_name, 'delete'));
      return {};
    },

    async sendRecords(request) {
      const { stream_name: name, records: sent } = request.body;
      const stream = await access.stream(request, name, 'putRecords');
      const outcomes = await records.put(
        stream,
        sent.map(({ data, partition_key: key, partition_id, explicit_hash_key: hashKey }) => {
          return { data, key, shardId: partition_id, hashKey };
        }),
      );
      return {
        failed_record_count: outcomes.filter((outcome) => 'error' in outcome).length,
        records: outcomes.map((outcome) => {
          const partition_id = shardId(outcome.shard);
          if ('sequence' in outcome) return { partition_id, sequence_number: String(outcome.sequence) };
          const { error_code, error_msg: error_message } = toErrorBody(outcome.error, request.id).body;
          return { partition_id, error_code, error_message };
        }),
      };
    },

    async showCursor(request) {
      const { query } = request;
      const stream = await access.stream(request, query['stream-name'], 'getRecords');
      const cursor = await records.cursor(stream, {
        shardId: query['partition-id'],
        type: query['cursor-type'] || 'AT_SEQUENCE_NUMBER',
        sequence: numberOf(query['starting-sequence-number']),
        timestamp: numberOf(query.timestamp),
      });
      return { partition_cursor: formatCursor(cursor) };
    },

    async consumeRecords(request) {
      const { 'partition-cursor': text, max_fetch_bytes: bytes } = request.query;
      const cursor = readCursor(text);
      if (cursor === undefined) throw new PlatformError('invalid_records', 'partition-cursor is not a cursor');
      const limits = { records: FETCH_RECORDS, bytes: within('max_fetch_bytes', bytes, FETCH_BYTES) };
      const stream = await access.byId(request, cursor.streamId, 'getRecords');
      const page = await records.read(cursor, limits);
      return {
        next_partition_cursor: formatCursor({ ...cursor, next: page.next }),
        records: page.records.map(({ key, sequence, data, putAt }) => ({
          partition_key: key,
          sequence_number: String(sequence),
          data: data.toString('base64'),
          timestamp: putAt,
          timestamp_type: 'CreateTime',
        })),
        millis_behind_latest: await records.behindMs(stream, cursor.shard, page),
      };
    },
  };
}

function fieldsOf({ id, name, createdAt, retentionMs, type, dataType }: Stream) {
  return {
    stream_name: name,
    stream_id: id,
    create_time: createdAt,
    retention_period: retentionMs / HOUR_MS,
    status: 'RUNNING',
    stream_type: type,
    data_type: dataType,
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : undefined;
}

/** Throws `invalid_request`. */
function within(name: string, text: string | undefined, { usual, max }: { usual: number; max: number }): number {
  const value = numberOf(text) ?? usual;
  if (value >= 1 && value <= max) return value;
  throw new PlatformError('invalid_request', `${name} must be 1 to ${max}`);
}
