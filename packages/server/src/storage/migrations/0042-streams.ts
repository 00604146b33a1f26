import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Streams, the state of their shards, and their records. */
export const streams0042: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('stream')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('stream_type', 'text', (c) => c.notNull())
      .addColumn('data_type', 'text', (c) => c.notNull())
      .addColumn('shards', 'integer', (c) => c.notNull())
      .addColumn('retention_ms', 'bigint', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('stream_name', ['project_id', 'name'])
      .execute();
    await db.schema
      .createTable('stream_shard')
      .addColumn('stream_id', 'text', (c) => c.notNull())
      .addColumn('shard', 'integer', (c) => c.notNull())
      .addColumn('next_sequence', 'bigint', (c) => c.notNull())
      .addColumn('last_put_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('stream_shard_key', ['stream_id', 'shard'])
      .execute();
    // the body comes last: SQLite reads the columns before it without the body
    await db.schema
      .createTable('stream_batch')
      .addColumn('stream_id', 'text', (c) => c.notNull())
      .addColumn('shard', 'integer', (c) => c.notNull())
      .addColumn('last_sequence', 'bigint', (c) => c.notNull())
      .addColumn('records', 'integer', (c) => c.notNull())
      .addColumn('bytes', 'bigint', (c) => c.notNull())
      .addColumn('put_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .addColumn('body', 'blob', (c) => c.notNull())
      .addPrimaryKeyConstraint('stream_batch_key', ['stream_id', 'shard', 'last_sequence'])
      .execute();
    await db.schema.createIndex('stream_batch_expiring').on('stream_batch').column('expires_at').execute();
    await db.schema
      .createIndex('stream_batch_by_time')
      .on('stream_batch')
      .columns(['stream_id', 'shard', 'put_at'])
      .execute();
    await db.schema
      .createTable('stream_removal')
      .addColumn('stream_id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('shards', 'integer', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('stream_usage')
      .addColumn('project_id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('streams', 'bigint', (c) => c.notNull())
      .addColumn('bytes', 'bigint', (c) => c.notNull())
      .execute();
  },
};
