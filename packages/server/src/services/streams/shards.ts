import { hash } from 'node:crypto';

/** Hash keys are whole numbers below this. */
const KEYS = 1n << 63n;

/** Pure: the shard whose range holds the hash key. */
export function shardOfHash(hashKey: bigint, shards: number): number {
  return Number((hashKey * BigInt(shards)) / KEYS);
}

/** Pure: the same partition key gives the same shard. */
export function shardOfKey(partitionKey: string, shards: number): number {
  return shardOfHash(hash('md5', partitionKey, 'buffer').readBigUInt64BE() >> 1n, shards);
}

/** Undefined for text that is not a hash key. */
export function readHashKey(text: string): bigint | undefined {
  if (!/^[0-9]{1,19}$/.test(text)) return undefined;
  const key = BigInt(text);
  return key < KEYS ? key : undefined;
}

/** The first and the last hash key of a shard. */
export function hashRange(shard: number, shards: number): readonly [bigint, bigint] {
  const from = (at: number): bigint => (BigInt(at) * KEYS + BigInt(shards) - 1n) / BigInt(shards);
  return [from(shard), from(shard + 1) - 1n];
}

/** The id of a shard for clients. */
export function shardId(shard: number): string {
  return `shardId-${String(shard).padStart(10, '0')}`;
}

/** Reads `shardId-0000000002` or `2`; undefined for a shard that the stream does not have. */
export function readShardId(text: string, shards: number): number | undefined {
  const digits = /^(?:shardId-)?([0-9]{1,10})$/.exec(text)?.[1];
  return digits !== undefined && Number(digits) < shards ? Number(digits) : undefined;
}
