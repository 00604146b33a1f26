import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const triggers0017: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('function_trigger')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('function_id', 'text', (c) => c.notNull().references('function.id').onDelete('cascade'))
      .addColumn('qualifier', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('active', 'integer', (c) => c.notNull())
      .addColumn('settings', 'text', (c) => c.notNull())
      .addColumn('route_key', 'text', (c) => c.unique())
      .addColumn('since', 'bigint', (c) => c.notNull())
      .addColumn('fired_at', 'bigint')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('function_trigger_name', ['function_id', 'qualifier', 'kind', 'name'])
      .execute();
  },
};
