import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A message is stored once; its deliveries are messages of the queue that refer to it. */
export const topics0038: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('topic')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('display_name', 'text', (c) => c.notNull())
      .addColumn('enterprise_project_id', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('topic_name', ['project_id', 'name'])
      .execute();
    await db.schema
      .createTable('topic_subscription')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('topic_id', 'text', (c) => c.notNull().references('topic.id').onDelete('cascade'))
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('protocol', 'text', (c) => c.notNull())
      .addColumn('endpoint', 'text', (c) => c.notNull())
      .addColumn('remark', 'text', (c) => c.notNull())
      .addColumn('confirmed', 'integer', (c) => c.notNull())
      .addColumn('filter', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('requested_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('topic_endpoint', ['topic_id', 'protocol', 'endpoint'])
      .execute();
    // the order of the fan-out
    await db.schema
      .createIndex('topic_subscription_by_topic')
      .on('topic_subscription')
      .columns(['topic_id', 'id'])
      .execute();
    await db.schema
      .createIndex('topic_subscription_by_project')
      .on('topic_subscription')
      .columns(['project_id', 'created_at', 'id'])
      .execute();
    await db.schema
      .createIndex('topic_subscription_unconfirmed')
      .on('topic_subscription')
      .column('requested_at')
      .where(sql.ref('confirmed'), '=', 0)
      .execute();
    await db.schema
      .createTable('topic_message')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('topic_id', 'text', (c) => c.notNull().references('topic.id').onDelete('cascade'))
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('body', 'text', (c) => c.notNull())
      .addColumn('bytes', 'bigint', (c) => c.notNull())
      .addColumn('published_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .addColumn('depth', 'integer', (c) => c.notNull())
      .addColumn('cursor', 'text', (c) => c.notNull())
      .addColumn('fanned_out', 'integer', (c) => c.notNull())
      .addColumn('open', 'integer', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('topic_message_to_fan_out')
      .on('topic_message')
      .columns(['published_at', 'id'])
      .where(sql.ref('fanned_out'), '=', 0)
      .execute();
    await db.schema.createIndex('topic_message_by_topic').on('topic_message').column('topic_id').execute();
    await db.schema
      .createIndex('topic_message_by_project')
      .on('topic_message')
      .columns(['project_id', 'bytes'])
      .execute();
    await db.schema
      .createTable('topic_signing_key')
      .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
      .addColumn('private_key', 'text', (c) => c.notNull())
      .addColumn('certificate', 'text', (c) => c.notNull())
      .execute();
  },
};
