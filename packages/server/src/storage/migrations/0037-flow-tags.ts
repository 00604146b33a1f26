import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Tags of flows; both tables of tags have the same columns. */
export const flowTags0037: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('function_tag').renameColumn('function_id', 'owner_id').execute();
    await db.schema
      .createTable('flow_tag')
      .addColumn('owner_id', 'text', (c) => c.notNull().references('flow.id').onDelete('cascade'))
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('value', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('flow_tag_pk', ['owner_id', 'key'])
      .execute();
  },
};
