import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { type AtomicResult, type AtomicStatement, prepared, type Schema, type Storage } from '../../storage/index.ts';
import { decodeBatch } from './batch-body.ts';
import type { PageLimits, RecordPage, ShardState, StoredRecord, Stream } from './types.ts';

/** A row that is to be stored. */
export interface NewBatch {
  readonly stream: Pick<Stream, 'id' | 'projectId' | 'retentionMs'>;
  readonly shard: number;
  readonly records: number;
  readonly bytes: number;
  readonly body: Uint8Array;
}

/** A row without its records. */
export interface BatchHead {
  readonly lastSequence: number;
  readonly records: number;
  readonly bytes: number;
  readonly expiresAt: number;
}

/** Heads of rows that one look reads. */
const HEADS = 200;

/** Records of streams, in rows of several. */
export class RecordStore {
  readonly #db: Kysely<Schema>;
  readonly #storage: Pick<Storage, 'db' | 'atomic'>;
  readonly #advance: (values: { id: string; shard: number; records: number; now: number }) => CompiledQuery;

  constructor(storage: Pick<Storage, 'db' | 'atomic'>) {
    this.#storage = storage;
    this.#db = storage.db;
    this.#advance = prepared<'id' | 'shard' | 'records' | 'now'>((marker) =>
      storage.db
        .updateTable('stream_shard')
        .set((eb) => ({
          next_sequence: eb('next_sequence', '+', marker('records')),
          last_put_at: sql<number>`case when last_put_at > ${marker('now')} then last_put_at else ${marker('now')} end`,
        }))
        .where('stream_id', '=', marker('id'))
        .where('shard', '=', marker('shard'))
        .returning('next_sequence'),
    );
  }

  /** Runs statements all or none. */
  atomic(statements: readonly AtomicStatement[]): Promise<readonly AtomicResult[]> {
    return this.#storage.atomic(statements);
  }

  /** Numbers the records and returns the next number; undone when the stream does not exist any more. */
  advance({ stream, shard, records }: NewBatch, now: number): AtomicStatement {
    return { query: this.#advance({ id: stream.id, shard, records, now }), mustAffect: true };
  }

  /** Stores the records with the numbers that `advance` gave them before in the same step. */
  insert({ stream, shard, records, bytes, body }: NewBatch): AtomicStatement {
    // without the shard there is no row to insert: `advance` refuses the step
    const row = this.#db
      .selectFrom('stream_shard')
      .where('stream_id', '=', stream.id)
      .where('shard', '=', shard)
      .select(({ eb, val }) => [
        'stream_id',
        'shard',
        eb('next_sequence', '-', 1).as('last_sequence'),
        val(records).as('records'),
        val(bytes).as('bytes'),
        'last_put_at',
        eb('last_put_at', '+', stream.retentionMs).as('expires_at'),
        val(body).as('body'),
      ]);
    const query = this.#db
      .insertInto('stream_batch')
      .columns(['stream_id', 'shard', 'last_sequence', 'records', 'bytes', 'put_at', 'expires_at', 'body'])
      .expression(row);
    return { query: query.compile() };
  }

  /** Undone when the project would store more than `most` bytes. */
  charge(projectId: string, bytes: number, most: number): AtomicStatement {
    const query = this.#db
      .updateTable('stream_usage')
      .set((eb) => ({ bytes: eb('bytes', '+', bytes) }))
      .where('project_id', '=', projectId)
      .where('bytes', '<=', most - bytes)
      .compile();
    return { query, mustAffect: true };
  }

  /** Undefined when the stream does not exist any more. */
  async shard(streamId: string, shard: number, now: number): Promise<ShardState | undefined> {
    const state = await this.#db
      .selectFrom('stream_shard')
      .select('next_sequence')
      .where('stream_id', '=', streamId)
      .where('shard', '=', shard)
      .executeTakeFirst();
    if (state === undefined) return undefined;
    const [oldest] = await this.#visible(streamId, shard, 0, now, 1);
    const next = Number(state.next_sequence);
    return { first: oldest === undefined ? next : oldest.lastSequence - oldest.records + 1, next };
  }

  /** The next record of each shard. */
  async ends(streamId: string): Promise<{ readonly shard: number; readonly next: number }[]> {
    const rows = await this.#db
      .selectFrom('stream_shard')
      .select(['shard', 'next_sequence'])
      .where('stream_id', '=', streamId)
      .execute();
    return rows.map(({ shard, next_sequence }) => ({ shard, next: Number(next_sequence) }));
  }

  /** The number of the first record that was put at that time or later; undefined for none. */
  async since(streamId: string, shard: number, time: number): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('stream_batch')
      .select(['last_sequence', 'records'])
      .where('stream_id', '=', streamId)
      .where('shard', '=', shard)
      .where('put_at', '>=', time)
      .orderBy('put_at')
      .orderBy('last_sequence')
      .limit(1)
      .executeTakeFirst();
    return row && Number(row.last_sequence) - Number(row.records) + 1;
  }

  /** Records from a number on, or from the oldest that is not expired. */
  async read(streamId: string, shard: number, from: number, limits: PageLimits, now: number): Promise<RecordPage> {
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const { lastSequence } of await this.#enough(streamId, shard, from, limits, now)) {
      for (const record of await this.#records(streamId, shard, lastSequence)) {
        if (record.sequence < from) continue;
        bytes += record.data.length + Buffer.byteLength(record.key);
        const isFull = records.length === limits.records || (records.length > 0 && bytes > limits.bytes);
        if (isFull) return { records, next: record.sequence };
        records.push(record);
      }
    }
    return { records, next: Math.max(from, (records.at(-1)?.sequence ?? -1) + 1) };
  }

  /** Rows that hold enough records for a page, or all there are. */
  async #enough(id: string, shard: number, from: number, limits: PageLimits, now: number): Promise<BatchHead[]> {
    const heads = await this.#visible(id, shard, from, now, Math.min(HEADS, limits.records));
    let bytes = 0;
    const full = heads.findIndex((head) => {
      bytes += head.bytes;
      return bytes > limits.bytes;
    });
    return full === -1 ? heads : heads.slice(0, full + 1);
  }

  async #records(streamId: string, shard: number, lastSequence: number): Promise<StoredRecord[]> {
    const row = await this.#db
      .selectFrom('stream_batch')
      .select(['records', 'put_at', 'body'])
      .where('stream_id', '=', streamId)
      .where('shard', '=', shard)
      .where('last_sequence', '=', lastSequence)
      .executeTakeFirst();
    // removed since
    if (row === undefined) return [];
    const first = lastSequence - Number(row.records) + 1;
    const putAt = Number(row.put_at);
    return decodeBatch(row.body).map((content, at) => ({ ...content, sequence: first + at, putAt }));
  }

  async #visible(id: string, shard: number, from: number, now: number, limit: number): Promise<BatchHead[]> {
    const rows = await this.#db
      .selectFrom('stream_batch')
      .select(['last_sequence', 'records', 'bytes', 'expires_at'])
      .where('stream_id', '=', id)
      .where('shard', '=', shard)
      .where('last_sequence', '>=', from)
      .where('expires_at', '>', now)
      .orderBy('last_sequence')
      .limit(limit)
      .execute();
    return rows.map(toHead);
  }
}

export function toHead(row: Omit<BatchRow, 'stream_id' | 'shard' | 'put_at' | 'body'>): BatchHead {
  return {
    lastSequence: Number(row.last_sequence),
    records: Number(row.records),
    bytes: Number(row.bytes),
    expiresAt: Number(row.expires_at),
  };
}

type BatchRow = Schema['stream_batch'];
