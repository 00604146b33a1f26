import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The secret of an event webhook is made of this and the id of its trigger. */
export const eventSecrets0043: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ['function_trigger', 'flow_trigger']) {
      await db.schema.alterTable(table).addColumn('secret_seed', 'text').execute();
    }
  },
};
