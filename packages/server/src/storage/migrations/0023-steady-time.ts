import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const steadyTime0023: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('steady_time')
      .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.alterTable('function_trigger').addColumn('fired_steady', 'bigint').execute();
  },
};
