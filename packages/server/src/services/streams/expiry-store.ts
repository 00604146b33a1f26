import type { Kysely } from 'kysely';
import type { AtomicStatement, Schema, Storage } from '../../storage/index.ts';
import { type BatchHead, toHead } from './record-store.ts';

/** A shard with rows that are to be removed. */
export interface Removal {
  readonly streamId: string;
  readonly projectId: string;
  readonly shard: number;
}

export interface RemovedStream {
  readonly id: string;
  readonly projectId: string;
  readonly shards: number;
}

/** Finds and removes expired records and those of deleted streams. */
export class ExpiryStore {
  readonly #db: Kysely<Schema>;
  readonly #storage: Pick<Storage, 'db' | 'atomic'>;

  constructor(storage: Pick<Storage, 'db' | 'atomic'>) {
    this.#storage = storage;
    this.#db = storage.db;
  }

  /** A shard whose oldest row is expired. */
  async expired(now: number): Promise<Removal | undefined> {
    const row = await this.#db
      .selectFrom('stream_batch')
      .innerJoin('stream', 'stream.id', 'stream_batch.stream_id')
      .select(['stream_id', 'project_id', 'shard'])
      .where('expires_at', '<=', now)
      .orderBy('expires_at')
      .limit(1)
      .executeTakeFirst();
    return row && { streamId: row.stream_id, projectId: row.project_id, shard: Number(row.shard) };
  }

  async removedStream(): Promise<RemovedStream | undefined> {
    const row = await this.#db.selectFrom('stream_removal').selectAll().limit(1).executeTakeFirst();
    return row && { id: row.stream_id, projectId: row.project_id, shards: Number(row.shards) };
  }

  async oldest({ streamId, shard }: Removal, limit: number): Promise<BatchHead[]> {
    const rows = await this.#db
      .selectFrom('stream_batch')
      .select(['last_sequence', 'records', 'bytes', 'expires_at'])
      .where('stream_id', '=', streamId)
      .where('shard', '=', shard)
      .orderBy('last_sequence')
      .limit(limit)
      .execute();
    return rows.map(toHead);
  }

  /** Removes the oldest rows of a shard, which the caller has read; only as long as the guard holds. */
  async remove({ streamId, projectId, shard }: Removal, heads: readonly BatchHead[], guard: AtomicStatement) {
    const bytes = heads.reduce((sum, head) => sum + head.bytes, 0);
    await this.#storage.atomic([
      guard,
      {
        query: this.#db
          .deleteFrom('stream_batch')
          .where('stream_id', '=', streamId)
          .where('shard', '=', shard)
          .where('last_sequence', '<=', heads.at(-1)?.lastSequence ?? -1)
          .compile(),
      },
      {
        query: this.#db
          .updateTable('stream_usage')
          .set((eb) => ({ bytes: eb('bytes', '-', bytes) }))
          .where('project_id', '=', projectId)
          .compile(),
      },
    ]);
  }

  /** All its rows are removed. */
  async forget(streamId: string): Promise<void> {
    await this.#db.deleteFrom('stream_removal').where('stream_id', '=', streamId).execute();
  }
}
