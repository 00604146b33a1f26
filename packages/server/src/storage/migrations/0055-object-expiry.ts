import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Objects that were written with an end, which a minute-by-minute look finds by the index. */
export const objectExpiry0055: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('bucket_object').addColumn('expires_at', 'bigint').execute();
    await sql`create index bucket_object_expiry on bucket_object (expires_at) where expires_at is not null`.execute(db);
  },
};
