import type { CallOutput, Client } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag, type StreamItem, usageError } from '../../framework/index.ts';

type ReadRecord = CallOutput<'consumeRecords'>['data']['records'][number];

interface Reading {
  readonly client: Client;
  readonly params: { readonly project_id: string };
  readonly signal: AbortSignal;
}

/** Ids of shards have ten digits. */
const SHARD_DIGITS = 10;

export const read = defineCommand({
  name: 'streams read',
  summary: 'Records of a stream, shard by shard, a line for each: shard, number, time, key, data',
  flags: {
    shard: flag.text('SHARD', 'only this one'),
    from: flag.text('NUMBER', 'begin with the record of this number; with the oldest one without it'),
    limit: flag.integer('N', 'most records of a shard', { fallback: 100 }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'stream', summary: 'name of the stream' }],
  examples: ['fgs streams read clicks', 'fgs streams read clicks --shard 0 --from 120 --limit 10'],
  async run({ flags, args: { stream } }, context) {
    const { from, limit } = flags;
    if (from !== undefined && !/^[0-9]{1,15}$/.test(from)) throw usageError(`--from ${from} is not a number`);
    const { client, credentials } = await connect(flags, context);
    const reading: Reading = { client, params: { project_id: credentials.projectId }, signal: context.signal };
    return { kind: 'stream', items: lines(reading, stream, { shard: flags.shard, from, limit }) };
  },
});

async function* lines(
  reading: Reading,
  stream: string,
  { shard, from, limit }: { shard: string | undefined; from: string | undefined; limit: number },
): AsyncGenerator<StreamItem> {
  for (const id of shard === undefined ? await shardsOf(reading, stream) : [shard]) {
    for await (const record of recordsOf(reading, stream, id, from, limit)) {
      yield { text: lineOf(id, record), data: { partition_id: id, ...record } };
    }
  }
}

async function shardsOf({ client, params, signal }: Reading, stream_name: string): Promise<string[]> {
  const query = { limit_partitions: '1000' };
  const { data } = await client.call('showStream', { params: { ...params, stream_name }, query, signal });
  return data.partitions.map(({ partition_id }) => partition_id);
}

async function* recordsOf(
  { client, params, signal }: Reading,
  stream: string,
  shard: string,
  from: string | undefined,
  limit: number,
): AsyncGenerator<ReadRecord> {
  const start = from === undefined ? { 'cursor-type': 'TRIM_HORIZON' } : { 'starting-sequence-number': from };
  const query = { 'stream-name': stream, 'partition-id': shard, ...start };
  let { partition_cursor: cursor } = (await client.call('showCursor', { params, query, signal })).data;
  for (let left = limit; left > 0; ) {
    const { data } = await client.call('consumeRecords', { params, query: { 'partition-cursor': cursor }, signal });
    yield* data.records.slice(0, left);
    left -= data.records.length;
    if (data.records.length === 0) return;
    cursor = data.next_partition_cursor;
  }
}

function lineOf(shard: string, { sequence_number, timestamp, partition_key, data }: ReadRecord): string {
  const text = JSON.stringify(Buffer.from(data, 'base64').toString('utf8'));
  const number = Number(shard.slice(-SHARD_DIGITS));
  return `${number}  ${sequence_number}  ${new Date(timestamp).toISOString()}  ${partition_key || '-'}  ${text}`;
}
