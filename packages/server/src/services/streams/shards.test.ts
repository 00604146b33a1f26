import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from './batch-body.ts';
import { formatCursor, readCursor } from './cursor.ts';
import { hashRange, readHashKey, readShardId, shardId, shardOfHash, shardOfKey } from './shards.ts';

const LAST_KEY = 2n ** 63n - 1n;
const shardCounts = fc.integer({ min: 1, max: 50 });

it('gives each hash key to the shard whose range holds it', () => {
  const keys = fc.bigInt({ min: 0n, max: LAST_KEY });
  fc.assert(
    fc.property(keys, shardCounts, (key, shards) => {
      const [first, last] = hashRange(shardOfHash(key, shards), shards);
      return first <= key && key <= last;
    }),
  );
});

it('has ranges that follow each other over all hash keys', () => {
  fc.assert(
    fc.property(shardCounts, (shards) => {
      const ranges = Array.from({ length: shards }, (_, shard) => hashRange(shard, shards));
      expect(ranges[0]?.[0]).toBe(0n);
      expect(ranges.at(-1)?.[1]).toBe(LAST_KEY);
      for (let at = 1; at < shards; at += 1) expect(ranges[at]?.[0]).toBe((ranges[at - 1]?.[1] ?? 0n) + 1n);
    }),
  );
});

it('spreads keys over all shards, and the same key stays in one', () => {
  const shards = Array.from({ length: 400 }, (_, at) => shardOfKey(`device-${at}`, 4));
  for (const shard of [0, 1, 2, 3]) expect(shards.filter((one) => one === shard).length).toBeGreaterThan(50);
  expect(shardOfKey('device-7', 4)).toBe(shards[7]);
});

it('reads both forms of the id of a shard', () => {
  expect(shardId(2)).toBe('shardId-0000000002');
  expect([readShardId('2', 3), readShardId('shardId-0000000002', 3)]).toEqual([2, 2]);
  for (const other of ['3', '-1', '', 'shard-2', '2x', '99999999999']) expect(readShardId(other, 3)).toBeUndefined();
});

it('reads hash keys up to 63 bits', () => {
  expect(readHashKey('9223372036854775807')).toBe(LAST_KEY);
  for (const other of ['9223372036854775808', '-1', '', 'x']) expect(readHashKey(other)).toBeUndefined();
});

it('reads cursors that it wrote and no other text', () => {
  const cursor = { streamId: 'ab'.repeat(16), shard: 3, next: 12_345 };
  expect(readCursor(formatCursor(cursor))).toEqual(cursor);
  for (const other of ['', 'x', Buffer.from('a:1:2').toString('base64url'), '../..']) {
    expect(readCursor(other)).toBeUndefined();
  }
});

it('decodes the records of a row that it encoded', () => {
  const record = fc.record({ key: fc.string({ unit: 'grapheme' }), data: fc.uint8Array({ maxLength: 50 }) });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 10 }), (records) => {
      const written = records.map(({ key, data }) => ({ key, data: Buffer.from(data) }));
      expect(decodeBatch(encodeBatch(written))).toEqual(written);
    }),
  );
});
