import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Positions of triggers in the streams that they read. */
export const triggerCheckpoints0048: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('trigger_checkpoint')
      .addColumn('trigger_id', 'text', (c) => c.notNull())
      .addColumn('shard', 'text', (c) => c.notNull())
      .addColumn('position', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('trigger_checkpoint_key', ['trigger_id', 'shard'])
      .execute();
  },
};
