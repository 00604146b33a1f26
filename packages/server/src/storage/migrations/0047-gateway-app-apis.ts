import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** APIs of groups that apps may call; servers hold them in memory with their app. */
export const gatewayAppApis0047: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('gateway_app_api')
      .addColumn('app_id', 'text', (c) => c.notNull().references('gateway_app.id').onDelete('cascade'))
      .addColumn('api_id', 'text', (c) => c.notNull().references('gateway_api.id').onDelete('cascade'))
      .addPrimaryKeyConstraint('gateway_app_api_key', ['app_id', 'api_id'])
      .execute();
    await db.schema.createIndex('gateway_app_api_api').on('gateway_app_api').column('api_id').execute();
    for (const statement of db.getExecutor().adapter instanceof PostgresAdapter ? POSTGRES : SQLITE) {
      await sql.raw(statement).execute(db);
    }
  },
};

const SQLITE = [
  ['insert', 'new'],
  ['delete', 'old'],
].map(
  ([event, row]) => `create trigger gateway_app_api_changed_by_${event} after ${event} on gateway_app_api begin
    update change_counter set n = n + 1;
    insert into change (n, topic, key) select n, 'gateway-app', ${row}.app_id from change_counter;
  end`,
);

const POSTGRES = [
  `create constraint trigger gateway_app_api_changed after insert or delete on gateway_app_api
    deferrable initially deferred for each row execute function note_change('gateway-app', 'app_id')`,
];
