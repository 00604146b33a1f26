import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Flows that were saved before their triggers had rows: a server makes them from the definitions when it starts. */
export const flowsWithTriggers0040: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('flow')
      .addColumn('triggers_made', 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
  },
};
