import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Up to which line LTS triggers have read the logs in the folder of each server. */
export const logPositions0044: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('log_position')
      .addColumn('trigger_id', 'text', (c) => c.notNull())
      .addColumn('folder', 'text', (c) => c.notNull())
      .addColumn('day', 'text', (c) => c.notNull())
      .addColumn('seq', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('log_position_key', ['trigger_id', 'folder', 'day'])
      .execute();
  },
};
