import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const functionUrls0004: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('function_url')
      .addColumn('function_id', 'text', (c) => c.primaryKey().references('function.id').onDelete('cascade'))
      .addColumn('enabled', 'integer', (c) => c.notNull())
      .addColumn('auth', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .execute();
  },
};
