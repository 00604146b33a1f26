import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Functions of earlier releases keep null: nothing was chosen. */
export const functionTracing0058: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('function').addColumn('sealed_tracing', 'text').execute();
  },
};
