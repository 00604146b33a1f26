import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** States of connections are of triggers of flows, too. Servers note them again when they start. */
export const statesOfFlowTriggers0054: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropTable('broker_state').execute();
    await db.schema
      .createTable('broker_state')
      .addColumn('trigger_id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('error', 'text')
      .addColumn('since', 'bigint', (c) => c.notNull())
      .execute();
  },
};
