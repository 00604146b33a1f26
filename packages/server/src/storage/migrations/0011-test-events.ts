import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const testEvents0011: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('function_test_event')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('function_id', 'text', (c) => c.notNull().references('function.id').onDelete('cascade'))
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('content', 'text', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('function_test_event_name', ['function_id', 'name'])
      .execute();
  },
};
