import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const gatewayApps0019: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('gateway_app')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('app_key', 'text', (c) => c.notNull().unique())
      .addColumn('sealed_secret', 'text', (c) => c.notNull())
      .addColumn('sealed_code', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('gateway_app_name', ['project_id', 'name'])
      .execute();
    await db.schema
      .createTable('gateway_app_trigger')
      .addColumn('app_id', 'text', (c) => c.notNull().references('gateway_app.id').onDelete('cascade'))
      .addColumn('trigger_id', 'text', (c) => c.notNull().references('function_trigger.id').onDelete('cascade'))
      .addPrimaryKeyConstraint('gateway_app_trigger_key', ['app_id', 'trigger_id'])
      .execute();
    await db.schema.createIndex('gateway_app_trigger_trigger').on('gateway_app_trigger').column('trigger_id').execute();
  },
};
