import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const images0009: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('image')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('run', 'text', (c) => c.notNull())
      .addColumn('layers', 'text', (c) => c.notNull())
      .addColumn('size_bytes', 'bigint', (c) => c.notNull())
      .addColumn('unpacked_bytes', 'bigint', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('loaded_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('image_name')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('image_id', 'text', (c) => c.notNull().references('image.id').onDelete('cascade'))
      .addColumn('named_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('image_name_by_image').on('image_name').column('image_id').execute();
    // No foreign key: SQLite cannot add one to an existing table; images are removed only when no version uses them.
    await db.schema.alterTable('function_version').addColumn('image_id', 'text').execute();
    await db.schema.createIndex('function_version_by_image').on('function_version').column('image_id').execute();
  },
};
