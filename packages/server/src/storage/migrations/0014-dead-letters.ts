import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const deadLetters0014: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('message').addColumn('settled_at', 'bigint').execute();
    await db.schema.alterTable('message').addColumn('redriven_as', 'text').execute();
    // Dead letters are few compared with finished messages: they have an index of their own.
    await sql`create index message_dead on message (group_key, position) where state = 'dead' and settled_at is null`.execute(
      db,
    );
    await db.schema
      .createTable('async_status_log')
      .addColumn('project_id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('enabled_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
