import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const tags0016: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('function_tag')
      .addColumn('function_id', 'text', (c) => c.notNull().references('function.id').onDelete('cascade'))
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('value', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('function_tag_pk', ['function_id', 'key'])
      .execute();
  },
};
