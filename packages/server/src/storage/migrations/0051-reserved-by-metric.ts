import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Policies by metric of reserved instances. */
export const reservedByMetric0051: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('reserved_instances')
      .addColumn('metrics', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();
  },
};
