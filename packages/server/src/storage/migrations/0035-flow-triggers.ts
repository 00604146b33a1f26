import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The enabled triggers of flows, made from their definitions. Changes are followed like those of functions; the columns of
 * ticks are not configuration. `route` has every path of the gateway once, whether a function or a flow serves it: the
 * database fills it, so that no writer can take a path twice.
 */
export const flowTriggers0035: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('flow_trigger')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('flow_id', 'text', (c) => c.notNull().references('flow.id').onDelete('cascade'))
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('settings', 'text', (c) => c.notNull())
      .addColumn('route_key', 'text')
      .addColumn('since', 'bigint', (c) => c.notNull())
      .addColumn('fired_at', 'bigint')
      .addColumn('fired_steady', 'bigint')
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('flow_trigger_of_flow').on('flow_trigger').column('flow_id').execute();
    await db.schema
      .createTable('gateway_route')
      .addColumn('route_key', 'text', (c) => c.primaryKey().notNull())
      .execute();
    await sql`insert into gateway_route (route_key)
      select route_key from function_trigger where route_key is not null`.execute(db);
    for (const statement of db.getExecutor().adapter instanceof PostgresAdapter ? POSTGRES : SQLITE) {
      await sql.raw(statement).execute(db);
    }
  },
};

const FOLLOWED = 'flow_id, kind, name, settings, route_key, since, modified_at';

const SQLITE = [
  ...[
    ['insert', 'insert', 'new'],
    ['update', `update of ${FOLLOWED}`, 'new'],
    ['delete', 'delete', 'old'],
  ].map(
    ([name, event, row]) => `create trigger flow_trigger_changed_by_${name} after ${event} on flow_trigger begin
      update change_counter set n = n + 1;
      insert into change (n, topic, key) select n, 'flow-trigger', ${row}.id from change_counter;
    end`,
  ),
  ...['function_trigger', 'flow_trigger'].flatMap((table) => [
    `create trigger ${table}_route_added after insert on ${table} when new.route_key is not null begin
      insert into gateway_route (route_key) values (new.route_key);
    end`,
    `create trigger ${table}_route_changed after update of route_key on ${table}
      when new.route_key is not old.route_key begin
      delete from gateway_route where route_key = old.route_key;
      insert into gateway_route (route_key) select new.route_key where new.route_key is not null;
    end`,
    `create trigger ${table}_route_removed after delete on ${table} when old.route_key is not null begin
      delete from gateway_route where route_key = old.route_key;
    end`,
  ]),
];

const POSTGRES = [
  `create constraint trigger flow_trigger_changed after insert or update of ${FOLLOWED} or delete on flow_trigger
    deferrable initially deferred for each row execute function note_change('flow-trigger', 'id')`,
  `create function keep_route() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'INSERT' then
        delete from gateway_route where route_key = old.route_key;
      end if;
      if tg_op <> 'DELETE' then
        insert into gateway_route (route_key) select new.route_key where new.route_key is not null;
      end if;
      return null;
    end $$`,
  ...['function_trigger', 'flow_trigger'].map(
    (table) => `create trigger ${table}_route after insert or update of route_key or delete on ${table}
      for each row execute function keep_route()`,
  ),
];
