import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const messageBytes0024: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('message')
      .addColumn('bytes', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await sql`update message set bytes = length(payload) + length(attributes) where payload is not null`.execute(db);
  },
};
