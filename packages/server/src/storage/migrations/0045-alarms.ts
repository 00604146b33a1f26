import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Rules go with the function, version, alias or flow that they are about. */
export const alarms0045: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('alarm_rule')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('enabled', 'integer', (c) => c.notNull())
      .addColumn('function_id', 'text', (c) => c.references('function.id').onDelete('cascade'))
      .addColumn('version', 'text')
      .addColumn('alias', 'text')
      .addColumn('flow_id', 'text', (c) => c.references('flow.id').onDelete('cascade'))
      .addColumn('metric', 'text', (c) => c.notNull())
      .addColumn('statistic', 'text', (c) => c.notNull())
      .addColumn('period', 'integer', (c) => c.notNull())
      .addColumn('comparison', 'text', (c) => c.notNull())
      .addColumn('threshold', 'double precision', (c) => c.notNull())
      .addColumn('periods', 'integer', (c) => c.notNull())
      .addColumn('breaching', 'integer', (c) => c.notNull())
      .addColumn('missing', 'text', (c) => c.notNull())
      .addColumn('topics', 'text', (c) => c.notNull())
      .addColumn('notify_on', 'text', (c) => c.notNull())
      .addColumn('set_by', 'text')
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('state_since', 'bigint', (c) => c.notNull())
      .addColumn('value', 'double precision')
      .addColumn('noticed', 'text', (c) => c.notNull())
      .addColumn('changes', 'integer', (c) => c.notNull())
      .addColumn('judged_to', 'bigint', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('alarm_rule_name', ['project_id', 'name'])
      .addForeignKeyConstraint(
        'alarm_rule_of_version',
        ['function_id', 'version'],
        'function_version',
        ['function_id', 'version'],
        (constraint) => constraint.onDelete('cascade'),
      )
      .addForeignKeyConstraint(
        'alarm_rule_of_alias',
        ['function_id', 'alias'],
        'function_alias',
        ['function_id', 'name'],
        (constraint) => constraint.onDelete('cascade'),
      )
      .execute();
    await db.schema
      .createIndex('alarm_rule_due')
      .on('alarm_rule')
      .columns(['period', 'id'])
      .where(sql.ref('enabled'), '=', 1)
      .execute();
    // for the cascades
    await db.schema.createIndex('alarm_rule_by_function').on('alarm_rule').column('function_id').execute();
    await db.schema.createIndex('alarm_rule_by_flow').on('alarm_rule').column('flow_id').execute();
    await db.schema
      .createTable('alarm_change')
      .addColumn('rule_id', 'text', (c) => c.notNull().references('alarm_rule.id').onDelete('cascade'))
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('previous', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('value', 'double precision')
      .addColumn('notices', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('alarm_change_key', ['rule_id', 'number'])
      .execute();
    await db.schema
      .createTable('alarm_progress')
      .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
      .addColumn('judged_to', 'bigint', (c) => c.notNull())
      .execute();
  },
};
