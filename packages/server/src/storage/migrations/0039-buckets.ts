import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Buckets, their objects, uploads in parts, and the files that are to be removed. Keys are bytes. */
export const buckets0039: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('bucket')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('name', 'text', (c) => c.notNull().unique())
      .addColumn('account_id', 'text', (c) => c.notNull())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('region', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('lifecycle', 'text')
      .execute();
    await db.schema.createIndex('bucket_of_project').on('bucket').columns(['project_id', 'name']).execute();
    await db.schema
      .createTable('bucket_object')
      .addColumn('bucket_id', 'text', (c) => c.notNull().references('bucket.id'))
      .addColumn('key', 'blob', (c) => c.notNull())
      .addColumn('version', 'text', (c) => c.notNull().unique())
      .addColumn('in_parts', 'integer', (c) => c.notNull())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('etag', 'text', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addColumn('sequence', 'bigint', (c) => c.notNull())
      .addColumn('content', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('bucket_object_key', ['bucket_id', 'key'])
      .execute();
    await db.schema
      .createTable('bucket_upload')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('bucket_id', 'text', (c) => c.notNull().references('bucket.id'))
      .addColumn('key', 'blob', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull().check(sql`state in ('open', 'done')`))
      .addColumn('revision', 'bigint', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('completed_at', 'bigint')
      .addColumn('content', 'text', (c) => c.notNull())
      .addColumn('request', 'text')
      .addColumn('answer', 'text')
      .execute();
    await sql`create index bucket_upload_open on bucket_upload (bucket_id, key, id) where state = 'open'`.execute(db);
    await sql`create index bucket_upload_by_age on bucket_upload (id) where state = 'open'`.execute(db);
    await sql`create index bucket_upload_done on bucket_upload (completed_at) where state = 'done'`.execute(db);
    await sql`create index bucket_upload_of_bucket on bucket_upload (bucket_id)`.execute(db);
    await db.schema
      .createTable('bucket_part')
      .addColumn('upload_id', 'text', (c) => c.notNull().references('bucket_upload.id'))
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('file', 'text', (c) => c.notNull().unique())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('etag', 'text', (c) => c.notNull())
      .addColumn('checksum', 'text')
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('bucket_part_key', ['upload_id', 'number'])
      .execute();
    await db.schema
      .createTable('bucket_garbage')
      .addColumn('file', 'text', (c) => c.primaryKey().notNull())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('since', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('bucket_garbage_since').on('bucket_garbage').column('since').execute();
    await db.schema
      .createTable('bucket_usage')
      .addColumn('project_id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('buckets', 'bigint', (c) => c.notNull())
      .addColumn('objects', 'bigint', (c) => c.notNull())
      .addColumn('bytes', 'bigint', (c) => c.notNull())
      .addColumn('uploads', 'bigint', (c) => c.notNull())
      .addColumn('parts', 'bigint', (c) => c.notNull())
      .execute();
  },
};
