import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Counts of flows by minute, to which all servers add. */
export const flowMinutes0034: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('flow_minute')
      .addColumn('flow_id', 'text', (column) => column.notNull())
      .addColumn('minute', 'bigint', (column) => column.notNull())
      .addColumn('project_id', 'text', (column) => column.notNull())
      .addColumn('count', 'bigint', (column) => column.notNull())
      .addColumn('failed', 'bigint', (column) => column.notNull())
      .addColumn('rejected', 'bigint', (column) => column.notNull())
      .addColumn('ended', 'bigint', (column) => column.notNull())
      .addColumn('duration_ms', 'bigint', (column) => column.notNull())
      .addColumn('running', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('flow_minute_key', ['flow_id', 'minute'])
      .execute();
    await db.schema.createIndex('flow_minute_of_project').on('flow_minute').columns(['project_id', 'minute']).execute();
    await db.schema.createIndex('flow_minute_age').on('flow_minute').column('minute').execute();
  },
};
