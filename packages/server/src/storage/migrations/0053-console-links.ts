import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Links that were used: each signs in once, on one of all servers. */
export const consoleLinks0053: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('console_link')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .execute();
  },
};
