import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Tables whose rows servers hold in memory: the topic of their changes, and the column with the key that followers
 * reload. Columns that change with use, and not by configuration, are left out.
 */
const FOLLOWED: readonly (readonly [table: string, topic: string, key: string, columns?: readonly string[]])[] = [
  ['function', 'function', 'id'],
  ['function_version', 'function', 'function_id'],
  ['function_alias', 'function', 'function_id'],
  ['function_url', 'function', 'function_id'],
  ['async_config', 'function', 'function_id'],
  ['reserved_instances', 'function', 'function_id'],
  ['function_trigger', 'function', 'function_id', ['qualifier', 'active', 'settings', 'since', 'modified_at']],
  ['network', 'network', 'id'],
  ['file_system', 'file-system', 'id'],
  ['share', 'share', 'resource'],
  ['dependency', 'dependency', 'id'],
  ['dependency_version', 'dependency', 'dependency_id'],
  ['gateway_app', 'gateway-app', 'id'],
  ['gateway_app_trigger', 'gateway-app', 'app_id'],
  ['image', 'image', 'id'],
  ['image_name', 'image', 'image_id'],
  ['domain', 'account', 'id'],
  ['project', 'project', 'id'],
  ['iam_user', 'user', 'id', ['name', 'password_hash', 'description', 'enabled', 'sessions_from']],
  ['iam_access_key', 'access-key', 'access_key', ['description', 'enabled', 'disabled_by']],
  ['iam_group', 'group', 'id'],
  ['iam_group_member', 'group', 'group_id'],
  ['iam_policy', 'policy', 'id'],
  ['iam_agency', 'agency', 'id'],
  ['iam_grant', 'grant', 'principal_id'],
  ['enterprise_project', 'enterprise-project', 'id'],
];

/**
 * Every transaction that changes configuration writes its changes, numbered without gaps, in the order of commits. The
 * database does this itself, so that no writer can forget it.
 */
export const changes0027: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table change_counter (n bigint not null)`.execute(db);
    await sql`insert into change_counter (n) values (0)`.execute(db);
    await sql`create table change (n bigint primary key, topic text not null, key text not null)`.execute(db);
    await (db.getExecutor().adapter instanceof PostgresAdapter ? followOnPostgres(db) : followOnSqlite(db));
  },
};

async function followOnSqlite(db: Kysely<unknown>): Promise<void> {
  for (const [table, topic, key, columns] of FOLLOWED) {
    const events = [
      ['insert', 'insert', 'new'],
      ['update', `update${columns === undefined ? '' : ` of ${columns.join(', ')}`}`, 'new'],
      ['delete', 'delete', 'old'],
    ];
    for (const [name, event, row] of events) {
      await sql
        .raw(
          `create trigger ${table}_changed_by_${name} after ${event} on "${table}" begin
            update change_counter set n = n + 1;
            insert into change (n, topic, key) select n, '${topic}', ${row}.${key} from change_counter;
          end`,
        )
        .execute(db);
    }
  }
}

/** Deferred to the commit: the row of the counter is locked last and shortly, and deadlocks with no other row. */
async function followOnPostgres(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create function note_change() returns trigger language plpgsql as $$
      declare
        number bigint;
        changed jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
      begin
        update change_counter set n = n + 1 returning n into number;
        insert into change (n, topic, key) values (number, tg_argv[0], changed ->> tg_argv[1]);
        perform pg_notify('funcgraph_change', number::text);
        return null;
      end $$`,
    )
    .execute(db);
  for (const [table, topic, key, columns] of FOLLOWED) {
    const update = `update${columns === undefined ? '' : ` of ${columns.join(', ')}`}`;
    await sql
      .raw(
        `create constraint trigger ${table}_changed after insert or ${update} or delete on "${table}"
        deferrable initially deferred for each row execute function note_change('${topic}', '${key}')`,
      )
      .execute(db);
  }
}
