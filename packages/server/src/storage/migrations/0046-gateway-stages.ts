import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Stages of groups of APIs; servers hold them in memory with their group. */
export const gatewayStages0046: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('gateway_stage')
      .addColumn('group_id', 'text', (c) => c.notNull().references('gateway_group.id').onDelete('cascade'))
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('variables', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('gateway_stage_key', ['group_id', 'name'])
      .execute();
    for (const statement of db.getExecutor().adapter instanceof PostgresAdapter ? POSTGRES : SQLITE) {
      await sql.raw(statement).execute(db);
    }
  },
};

const SQLITE = [
  ['insert', 'new'],
  ['update', 'new'],
  ['delete', 'old'],
].map(
  ([event, row]) => `create trigger gateway_stage_changed_by_${event} after ${event} on gateway_stage begin
    update change_counter set n = n + 1;
    insert into change (n, topic, key) select n, 'gateway-group', ${row}.group_id from change_counter;
  end`,
);

const POSTGRES = [
  `create constraint trigger gateway_stage_changed after insert or update or delete on gateway_stage
    deferrable initially deferred for each row execute function note_change('gateway-group', 'group_id')`,
];
