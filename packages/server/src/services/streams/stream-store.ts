import type { Kysely, Selectable } from 'kysely';
import { isGuard, isUniqueViolation, type Schema, type Storage } from '../../storage/index.ts';
import type { DataType, Stream, StreamType, StreamUsage } from './types.ts';

/** Rows of streams; no rules but uniqueness and the quota, which only a transaction can hold. */
export class StreamStore {
  readonly #storage: Pick<Storage, 'db' | 'atomic'>;
  readonly #db: Kysely<Schema>;

  constructor(storage: Pick<Storage, 'db' | 'atomic'>) {
    this.#storage = storage;
    this.#db = storage.db;
  }

  async find(projectId: string, name: string): Promise<Stream | undefined> {
    const row = await this.#db
      .selectFrom('stream')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .executeTakeFirst();
    return row && toStream(row);
  }

  async byId(id: string): Promise<Stream | undefined> {
    const row = await this.#db.selectFrom('stream').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toStream(row);
  }

  /** All of the project, by name. */
  async list(projectId: string): Promise<Stream[]> {
    const rows = await this.#db
      .selectFrom('stream')
      .selectAll()
      .where('project_id', '=', projectId)
      .orderBy('name')
      .execute();
    return rows.map(toStream);
  }

  async usage(projectId: string): Promise<StreamUsage> {
    const row = await this.#db
      .selectFrom('stream_usage')
      .select(['streams', 'bytes'])
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    return { streams: Number(row?.streams ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  async insert(stream: Stream, most: number): Promise<'added' | 'exists' | 'quota'> {
    const { id, projectId: project_id, name, type, dataType, shards, retentionMs, createdAt: created_at } = stream;
    const types = { stream_type: type, data_type: dataType };
    try {
      await this.#storage.atomic([
        {
          query: this.#db
            .insertInto('stream_usage')
            .values({ project_id, streams: 0, bytes: 0 })
            .onConflict((conflict) => conflict.column('project_id').doNothing())
            .compile(),
        },
        {
          query: this.#db
            .updateTable('stream_usage')
            .set((eb) => ({ streams: eb('streams', '+', 1) }))
            .where('project_id', '=', project_id)
            .where('streams', '<', most)
            .compile(),
          mustAffect: true,
        },
        {
          query: this.#db
            .insertInto('stream')
            .values({ id, project_id, name, ...types, shards, retention_ms: retentionMs, created_at })
            .compile(),
        },
        {
          query: this.#db
            .insertInto('stream_shard')
            .values(
              Array.from({ length: shards }, (_, shard) => {
                return { stream_id: id, shard, next_sequence: 0, last_put_at: 0 };
              }),
            )
            .compile(),
        },
      ]);
      return 'added';
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      if (isGuard(error)) return 'quota';
      throw error;
    }
  }

  /** Its records are removed later. False when the stream does not exist any more. */
  async remove({ id, projectId, shards }: Stream): Promise<boolean> {
    try {
      await this.#storage.atomic([
        { query: this.#db.deleteFrom('stream').where('id', '=', id).compile(), mustAffect: true },
        // after this no put finds the stream
        { query: this.#db.deleteFrom('stream_shard').where('stream_id', '=', id).compile() },
        {
          query: this.#db
            .updateTable('stream_usage')
            .set((eb) => ({ streams: eb('streams', '-', 1) }))
            .where('project_id', '=', projectId)
            .compile(),
        },
        {
          query: this.#db
            .insertInto('stream_removal')
            .values({ stream_id: id, project_id: projectId, shards })
            .onConflict((conflict) => conflict.column('stream_id').doNothing())
            .compile(),
        },
      ]);
      return true;
    } catch (error) {
      if (isGuard(error)) return false;
      throw error;
    }
  }
}

function toStream(row: Selectable<Schema['stream']>): Stream {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    type: row.stream_type as StreamType,
    dataType: row.data_type as DataType,
    shards: Number(row.shards),
    retentionMs: Number(row.retention_ms),
    createdAt: Number(row.created_at),
  };
}
