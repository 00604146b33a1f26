import { LIMITS } from '@funcgraph/api';
import { decodeBase64 } from '../../lib/base64.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { readHashKey, readShardId, shardOfHash, shardOfKey } from './shards.ts';
import type { NewRecord } from './types.ts';

/** A record as a client sends it. */
export interface SentRecord {
  /** Base64. */
  readonly data: string;
  readonly key: string | undefined;
  readonly shardId: string | undefined;
  readonly hashKey: string | undefined;
}

/** Pure. Throws `invalid_records`, which names the first record that is not usable. */
export function readRecords(sent: readonly SentRecord[], shards: number): NewRecord[] {
  const { putRecords, putBytes } = LIMITS;
  if (sent.length === 0 || sent.length > putRecords) throw invalid(`records: 1 to ${putRecords}, not ${sent.length}`);
  let bytes = 0;
  return sent.map((record, at) => {
    const read = readRecord(record, `records[${at}]`, shards);
    bytes += read.data.length;
    if (bytes > putBytes) throw invalid(`records: ${putBytes} bytes of data at most`);
    return read;
  });
}

function readRecord({ data, key = '', shardId, hashKey }: SentRecord, at: string, shards: number): NewRecord {
  const bytes = data === '' ? Buffer.alloc(0) : decodeBase64(data);
  if (bytes === undefined) throw invalid(`${at}.data is not Base64`);
  if (bytes.length > LIMITS.recordBytes) throw invalid(`${at}.data has over ${LIMITS.recordBytes} bytes`);
  if (key.length > LIMITS.recordKeyChars) {
    throw invalid(`${at}.partition_key has over ${LIMITS.recordKeyChars} characters`);
  }
  return { key, data: bytes, shard: shardOf({ key, shardId, hashKey }, at, shards) };
}

function shardOf(
  { key, shardId, hashKey }: { readonly key: string } & Pick<SentRecord, 'shardId' | 'hashKey'>,
  at: string,
  shards: number,
): number {
  if (shardId) {
    const shard = readShardId(shardId, shards);
    if (shard === undefined) throw invalid(`${at}.partition_id: the stream has no partition ${shardId.slice(0, 64)}`);
    return shard;
  }
  if (hashKey) {
    const hash = readHashKey(hashKey);
    if (hash === undefined) throw invalid(`${at}.explicit_hash_key must be 0 to 9223372036854775807`);
    return shardOfHash(hash, shards);
  }
  if (key === '') throw invalid(`${at} needs a partition_key or a partition_id`);
  return shardOfKey(key, shards);
}

function invalid(message: string): PlatformError {
  return new PlatformError('invalid_records', message);
}
