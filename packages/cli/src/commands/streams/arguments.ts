import { randomUUID } from 'node:crypto';
import { flag, usageError } from '../../framework/index.ts';
import { type Argument, word } from '../../operations/index.ts';

export const STREAM = word('stream', 'name of the stream', 'stream_name');

interface SentRecord {
  readonly data: string;
  readonly partition_key?: string;
  readonly partition_id?: string;
}

/** The data of one record, and where it goes. */
export const RECORD: Argument<'data', SentRecord> = {
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
