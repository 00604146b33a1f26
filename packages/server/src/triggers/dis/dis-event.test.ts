import { expect, it } from 'vitest';
import { disEvent, fitting } from './dis-event.ts';

const record = (sequence: number, data: Buffer) => ({ key: 'k', data, sequence, putAt: 1_767_225_600_000 });

it('has the form of DIS', () => {
  const streamId = 'ab'.repeat(16);
  const records = [record(7, Buffer.from('hello'))];
  const event = disEvent({ streamId, streamName: 'clicks', shard: 2, records, behindMs: 1_500, tag: 'latest' });
  expect(JSON.parse(event.toString())).toEqual({
    ShardID: 'shardId-0000000002',
    Message: {
      next_partition_cursor: Buffer.from(`${streamId}:2:8`).toString('base64url'),
      records: [
        {
          partition_key: 'k',
          data: 'aGVsbG8=',
          sequence_number: '7',
          timestamp: 1_767_225_600_000,
          timestamp_type: 'CreateTime',
        },
      ],
      millis_behind_latest: '1500',
    },
    Tag: 'latest',
    StreamName: 'clicks',
  });
});

it('takes as many records as fit into an event', () => {
  const mebibyte = Buffer.alloc(1024 * 1024);
  const records = [0, 1, 2, 3, 4, 5].map((sequence) => record(sequence, mebibyte));
  const taken = fitting(records);
  expect(taken).toHaveLength(4);
  const event = disEvent({ streamId: 's', streamName: 'n', shard: 0, records: taken, behindMs: 0, tag: 'latest' });
  expect(event.length).toBeLessThan(6 * 1024 * 1024);
  expect(fitting(records.slice(0, 2))).toHaveLength(2);
});
