import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const queue0001: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('message')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('topic', 'text', (column) => column.notNull())
      .addColumn('group_key', 'text', (column) => column.notNull())
      .addColumn('payload', 'blob')
      .addColumn('attributes', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) =>
        column.notNull().check(sql`state in ('ready', 'leased', 'done', 'dead', 'cancelled')`),
      )
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('enqueued_at', 'bigint', (column) => column.notNull())
      .addColumn('not_before', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('leased_until', 'bigint')
      .addColumn('receipt', 'text')
      .addColumn('cancel_at', 'bigint')
      .addColumn('started_at', 'bigint')
      .addColumn('finished_at', 'bigint')
      .addColumn('outcome', 'text')
      .execute();
    // The claim reads only this index: a long backlog of a skipped group is passed without reading its rows.
    await sql`create index message_ready on message (topic, not_before, position, group_key) where state = 'ready'`.execute(
      db,
    );
    await sql`create index message_expiring on message (expires_at) where state = 'ready' and expires_at is not null`.execute(
      db,
    );
    await sql`create index message_leased on message (leased_until, topic) where state = 'leased'`.execute(db);
    await sql`create index message_finished on message (state, finished_at, topic) where finished_at is not null`.execute(
      db,
    );
    await sql`create index message_group on message (topic, group_key, position)`.execute(db);
    await sql`create index message_topic on message (topic, position)`.execute(db);
  },
};
