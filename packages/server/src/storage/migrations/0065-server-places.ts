import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Where the data directory of a server is, to tell it from a copy. Null for a server of an older version, and on SQLite. */
export const serverPlaces0065: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('server').addColumn('place', 'text').execute();
  },
};
