import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Keys that are disabled already name no principal: enabling them needs the permission. */
export const keySwitches0025: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('iam_access_key')
      .addColumn('disabled_by', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};
