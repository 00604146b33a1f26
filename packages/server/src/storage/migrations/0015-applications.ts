import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const applications0015: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('application')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('template_id', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('message', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('application_name', ['project_id', 'name'])
      .execute();
    await db.schema
      .createTable('application_function')
      .addColumn('application_id', 'text', (c) => c.notNull().references('application.id').onDelete('cascade'))
      .addColumn('function_id', 'text', (c) => c.notNull().references('function.id').onDelete('cascade'))
      .addColumn('role', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('application_function_key', ['application_id', 'function_id'])
      .execute();
    await db.schema
      .createIndex('application_function_function')
      .on('application_function')
      .column('function_id')
      .execute();
  },
};
