import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const functions0003: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('function')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('package', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('runtime', 'text', (c) => c.notNull())
      .addColumn('collected', 'integer', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('function_name', ['project_id', 'package', 'name'])
      .execute();
    await db.schema
      .createTable('function_version')
      .addColumn('function_id', 'text', (c) => c.notNull().references('function.id').onDelete('cascade'))
      .addColumn('version', 'text', (c) => c.notNull())
      .addColumn('revision', 'integer', (c) => c.notNull())
      .addColumn('config', 'text', (c) => c.notNull())
      .addColumn('sealed_env', 'text')
      .addColumn('artifact_sha256', 'text', (c) => c.notNull())
      .addColumn('artifact_sha512', 'text', (c) => c.notNull())
      .addColumn('artifact_kind', 'text', (c) => c.notNull())
      .addColumn('artifact_file', 'text')
      .addColumn('artifact_bytes', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('function_version_pk', ['function_id', 'version'])
      .execute();
    await db.schema.createIndex('function_version_artifact').on('function_version').column('artifact_sha256').execute();
    await db.schema
      .createTable('async_config')
      .addColumn('function_id', 'text', (c) => c.notNull().references('function.id').onDelete('cascade'))
      .addColumn('qualifier', 'text', (c) => c.notNull())
      .addColumn('max_age_seconds', 'integer', (c) => c.notNull())
      .addColumn('max_retries', 'integer', (c) => c.notNull())
      .addColumn('settings', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('async_config_pk', ['function_id', 'qualifier'])
      .execute();
  },
};
