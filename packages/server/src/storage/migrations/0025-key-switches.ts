import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Keys that are off already name no principal: switching them on takes the right. */
export const keySwitches0025: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('iam_access_key')
      .addColumn('disabled_by', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};
