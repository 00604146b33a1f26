import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Whether a trigger of a message broker is connected. */
export const brokerStates0049: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('broker_state')
      .addColumn('trigger_id', 'text', (c) => c.primaryKey().references('function_trigger.id').onDelete('cascade'))
      .addColumn('error', 'text')
      .addColumn('since', 'bigint', (c) => c.notNull())
      .execute();
  },
};
