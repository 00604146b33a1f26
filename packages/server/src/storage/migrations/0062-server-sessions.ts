import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * How the database sessions of a server are named, so that the others can end them when the server is lost. Null for a
 * server of an older version, and on SQLite.
 */
export const serverSessions0062: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('server').addColumn('sessions', 'text').execute();
  },
};
