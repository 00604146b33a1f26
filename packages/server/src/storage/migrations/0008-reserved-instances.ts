import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const reservedInstances0008: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('reserved_instances')
      .addColumn('function_id', 'text', (c) => c.notNull().references('function.id').onDelete('cascade'))
      .addColumn('qualifier', 'text', (c) => c.notNull())
      .addColumn('count', 'integer', (c) => c.notNull())
      .addColumn('idle_mode', 'integer', (c) => c.notNull())
      .addColumn('policies', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('reserved_instances_pk', ['function_id', 'qualifier'])
      .execute();
  },
};
