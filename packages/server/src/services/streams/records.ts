import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Cursor } from './cursor.ts';
import { readRecords, type SentRecord } from './read-records.ts';
import type { RecordStore } from './record-store.ts';
import type { RecordWriter } from './record-writer.ts';
import { readShardId } from './shards.ts';
import { streamNotFound } from './streams.ts';
import type { PageLimits, PutFigures, PutOutcome, RecordPage, ShardState, Stream } from './types.ts';

/** Where reading begins, as a client names it. */
export interface StartPosition {
  readonly shardId: string;
  readonly type: string;
  readonly sequence: number | undefined;
  readonly timestamp: number | undefined;
}

interface StreamRecordsOptions {
  readonly store: RecordStore;
  readonly writer: RecordWriter;
  readonly clock: Clock;
}

/** Puts and reads the records of streams. */
export class StreamRecords {
  readonly #options: StreamRecordsOptions;

  constructor(options: StreamRecordsOptions) {
    this.#options = options;
  }

  /**
   * The stored records are on disk when it resolves. Throws `invalid_records`, `stream_throttled`, and the error of the
   * first record when all failed.
   */
  async put(stream: Stream, sent: readonly SentRecord[]): Promise<PutOutcome[]> {
    const outcomes = await this.#options.writer.put(stream, readRecords(sent, stream.shards));
    const [first] = outcomes;
    if (first !== undefined && 'error' in first && outcomes.every((outcome) => 'error' in outcome)) throw first.error;
    return outcomes;
  }

  figures(): PutFigures {
    return this.#options.writer.figures();
  }

  /** Throws `stream_not_found`. */
  async shard(stream: Stream, shard: number): Promise<ShardState> {
    const { store, clock } = this.#options;
    const state = await store.shard(stream.id, shard, clock.now());
    if (state === undefined) throw streamNotFound(stream.name);
    return state;
  }

  /** Throws `invalid_records`, `stream_not_found`. */
  async cursor(stream: Stream, { shardId, type, sequence, timestamp }: StartPosition): Promise<Cursor> {
    const shard = readShardId(shardId, stream.shards);
    if (shard === undefined) throw invalid(`partition-id: the stream has no partition ${shardId.slice(0, 64)}`);
    const { first, next } = await this.shard(stream, shard);
    const at = async (): Promise<number> => {
      switch (type) {
        case 'TRIM_HORIZON':
          return first;
        case 'LATEST':
          return next;
        case 'AT_SEQUENCE_NUMBER':
        case 'AFTER_SEQUENCE_NUMBER': {
          if (sequence === undefined || sequence > next) {
            throw invalid(`starting-sequence-number must be 0 to ${next}`);
          }
          return type === 'AT_SEQUENCE_NUMBER' ? sequence : sequence + 1;
        }
        case 'AT_TIMESTAMP':
          if (timestamp === undefined) throw invalid('timestamp is missing');
          return (await this.#options.store.since(stream.id, shard, timestamp)) ?? next;
        default:
          throw invalid(`cursor-type: ${JSON.stringify(type)} is not one of those of the API`);
      }
    };
    return { streamId: stream.id, shard, next: await at() };
  }

  /** The number of the first record that was put at that time or later; undefined for none. */
  since(streamId: string, shard: number, time: number): Promise<number | undefined> {
    return this.#options.store.since(streamId, shard, time);
  }

  /** The age of the last record of the page; 0 when no record follows it. Throws `stream_not_found`. */
  async behindMs(stream: Stream, shard: number, { records, next }: RecordPage): Promise<number> {
    const last = records.at(-1);
    if (last === undefined || (await this.shard(stream, shard)).next === next) return 0;
    return Math.max(0, this.#options.clock.now() - last.putAt);
  }

  /** The number of records of all shards from those on that `nextOf` gives, without expired ones; undefined is the end. */
  async waiting({ id }: Stream, nextOf: (shard: number) => Promise<number | undefined>): Promise<number> {
    const { store, clock } = this.#options;
    let records = 0;
    for (const { shard, next } of await store.ends(id)) {
      const from = await nextOf(shard);
      if (from === undefined || from >= next) continue;
      const state = await store.shard(id, shard, clock.now());
      if (state !== undefined) records += Math.max(0, state.next - Math.max(from, state.first));
    }
    return records;
  }

  /** Records from the cursor on that are not expired. */
  read({ streamId, shard, next }: Cursor, limits: PageLimits): Promise<RecordPage> {
    const { store, clock } = this.#options;
    return store.read(streamId, shard, next, limits, clock.now());
  }
}

function invalid(message: string): PlatformError {
  return new PlatformError('invalid_records', message);
}
