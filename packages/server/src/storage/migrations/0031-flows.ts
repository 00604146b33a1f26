import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Definitions are stored by digest: runs are pinned to the one they began with, whatever becomes of the flow. */
export const flows0031: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('flow_definition')
      .addColumn('digest', 'text', (c) => c.primaryKey().notNull())
      .addColumn('body', 'text', (c) => c.notNull())
      .addColumn('unused_since', 'bigint')
      .execute();
    await db.schema
      .createTable('flow')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('mode', 'text', (c) => c.notNull())
      .addColumn('stream', 'integer', (c) => c.notNull())
      .addColumn('enterprise_project_id', 'text', (c) => c.notNull())
      .addColumn('definition', 'text', (c) => c.notNull().references('flow_definition.digest'))
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('saved_by_kind', 'text', (c) => c.notNull())
      .addColumn('saved_by_id', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('flow_name', ['project_id', 'name'])
      .execute();
    await db.schema.createIndex('flow_of_definition').on('flow').column('definition').execute();
    await db.schema.createIndex('flow_definition_unused').on('flow_definition').column('unused_since').execute();
  },
};
