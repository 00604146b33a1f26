import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const dependencies0010: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('dependency')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('runtime', 'text', (c) => c.notNull())
      .addColumn('next_version', 'integer', (c) => c.notNull())
      .addUniqueConstraint('dependency_name', ['project_id', 'name', 'runtime'])
      .execute();
    await db.schema
      .createTable('dependency_version')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('dependency_id', 'text', (c) => c.notNull().references('dependency.id').onDelete('cascade'))
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('link', 'text', (c) => c.notNull())
      .addColumn('file_name', 'text', (c) => c.notNull())
      .addColumn('artifact_sha256', 'text', (c) => c.notNull())
      .addColumn('artifact_sha512', 'text', (c) => c.notNull())
      .addColumn('artifact_bytes', 'bigint', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('dependency_version_number', ['dependency_id', 'version'])
      .execute();
    await db.schema
      .createIndex('dependency_version_artifact')
      .on('dependency_version')
      .column('artifact_sha256')
      .execute();
  },
};
