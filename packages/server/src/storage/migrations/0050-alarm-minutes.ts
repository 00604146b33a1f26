import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Minutes of functions with alarm rules, each as one server counted it, and up to when each server has written them. */
export const alarmMinutes0050: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('alarm_minute')
      .addColumn('scope', 'text', (c) => c.notNull())
      .addColumn('minute', 'bigint', (c) => c.notNull())
      .addColumn('home', 'text', (c) => c.notNull())
      .addColumn('count', 'bigint', (c) => c.notNull())
      .addColumn('failed', 'bigint', (c) => c.notNull())
      .addColumn('rejected', 'bigint', (c) => c.notNull())
      .addColumn('ran', 'bigint', (c) => c.notNull())
      .addColumn('duration_ms', 'double precision', (c) => c.notNull())
      .addColumn('max_ms', 'double precision', (c) => c.notNull())
      .addColumn('min_ms', 'double precision', (c) => c.notNull())
      .addColumn('running', 'bigint', (c) => c.notNull())
      .addColumn('reserved', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('alarm_minute_key', ['scope', 'minute', 'home'])
      .execute();
    await db.schema.createIndex('alarm_minute_age').on('alarm_minute').column('minute').execute();
    await db.schema
      .createTable('alarm_source')
      .addColumn('home', 'text', (c) => c.primaryKey().notNull())
      .addColumn('written_to', 'bigint', (c) => c.notNull())
      .execute();
  },
};
