import { randomUUID } from 'node:crypto';
import { flag, type Noun, usageError } from '../../framework/index.ts';
import { type Argument, operation, word } from '../../operations/index.ts';
import { read } from './read.ts';

const STREAM = word('stream', 'name of the stream', 'stream_name');

interface SentRecord {
  readonly data: string;
  readonly partition_key?: string;
  readonly partition_id?: string;
}

/** The data of one record, and where it goes. */
const RECORD: Argument<'data', SentRecord> = {
  name: 'data',
  summary: 'data of the record, as text',
  flags: {
    key: flag.text(
      'KEY',
      'partition key: records with the same key are in one shard, in their order; any shard without it',
    ),
    shard: flag.text('SHARD', 'put it into this shard'),
  },
  find(text, { flags: { key, shard } }) {
    if (key !== undefined && shard !== undefined) throw usageError('--key and --shard exclude each other');
    const data = Buffer.from(text).toString('base64');
    if (shard !== undefined) return { data, partition_id: String(shard) };
    return { data, partition_key: key === undefined ? randomUUID() : String(key) };
  },
  fields: (record) => ({ records: [record] }),
};

const PAGE = 100;

export const streams: Noun = {
  name: 'streams',
  summary: 'Streams: records in shards, which triggers and readers take in their order',
  commands: [
    operation('streams create', 'createStream', {
      summary: 'Make a stream',
      args: [STREAM],
      flags: {
        shards: ['N', 'shards, 1 to 50 (1)', { field: 'partition_count' }],
        retention: ['HOURS', 'how long records are stored, 1 to 168 (24)', { field: 'data_duration' }],
      },
      examples: ['fgs streams create clicks', 'fgs streams create clicks --shards 4 --retention 72'],
      text: ({ stream_name }) => `${stream_name}: created`,
    }),
    operation('streams list', 'listStreams', {
      summary: 'Streams of the project that you may see, by name',
      fields: { limit: String(PAGE) },
      next: ({ has_more_streams: more, stream_names: names }) =>
        more ? { start_stream_name: names.at(-1) } : undefined,
      examples: ['fgs streams list'],
      rows: ({ stream_info_list: found }) =>
        found.map((one) => ({ ...one, created: new Date(one.create_time).toISOString() })),
      columns: {
        stream_name: 'STREAM',
        partition_count: 'SHARDS',
        retention_period: 'HOURS',
        created: 'CREATED',
      },
      none: 'no streams; make one with: fgs streams create NAME',
    }),
    operation('streams show', 'showStream', {
      summary: 'A stream, and the numbers of the records in its shards',
      args: [STREAM],
      examples: ['fgs streams show clicks'],
    }),
    operation('streams delete', 'deleteStream', {
      args: [STREAM],
      examples: ['fgs streams delete clicks --yes'],
      confirm: ({ stream }) => `stream ${stream}, with its records`,
      text: (_, { stream }) => `${stream}: deleted`,
      data: (_, { stream }) => ({ stream_name: stream, outcome: 'deleted' }),
    }),
    operation('streams put', 'sendRecords', {
      summary: 'Put one record into a stream',
      args: [STREAM, RECORD],
      examples: ['fgs streams put clicks "page 17" --key visitor-4'],
      text: ({ records: [record] }) => `stored as ${record?.sequence_number} of ${record?.partition_id}`,
    }),
    read,
  ],
};
