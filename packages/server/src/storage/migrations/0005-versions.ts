import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const versions0005: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('function_version')
      .addColumn('description', 'text', (c) => c.notNull().defaultTo(''))
      .execute();
    await db.schema
      .createTable('function_alias')
      .addColumn('function_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('version', 'text', (c) => c.notNull())
      .addColumn('additional', 'text')
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('function_alias_pk', ['function_id', 'name'])
      .addUniqueConstraint('function_alias_version', ['function_id', 'version'])
      .addForeignKeyConstraint(
        'function_alias_of_version',
        ['function_id', 'version'],
        'function_version',
        ['function_id', 'version'],
        (constraint) => constraint.onDelete('cascade'),
      )
      .execute();
  },
};
