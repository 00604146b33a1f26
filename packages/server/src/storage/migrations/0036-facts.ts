import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Facts wait here, from the transaction in which they happened, until each trigger that listens to their source has its
 * event. A fact without such a trigger is not stored: the statement looks for one in the same transaction.
 */
export const facts0036: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('fact')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('project_id', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('depth', 'integer', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('fact_by_time').on('fact').columns(['at', 'id']).execute();
    for (const table of ['function_trigger', 'flow_trigger']) {
      await db.schema.alterTable(table).addColumn('source', 'text').execute();
      await db.schema
        .createIndex(`${table}_by_source`)
        .on(table)
        .column('source')
        .where('source', 'is not', null)
        .execute();
    }
  },
};
