import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Groups of APIs with host names. Servers hold groups and live releases in memory: their changes are followed. */
export const gatewayGroups0041: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('gateway_group')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('last_release', 'integer', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('gateway_group_name', ['project_id', 'name'])
      .execute();
    await db.schema
      .createTable('gateway_host')
      .addColumn('host', 'text', (c) => c.primaryKey().notNull())
      .addColumn('group_id', 'text', (c) => c.notNull().references('gateway_group.id').onDelete('cascade'))
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('gateway_host_of_group').on('gateway_host').column('group_id').execute();
    await db.schema
      .createTable('gateway_api')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('group_id', 'text', (c) => c.notNull().references('gateway_group.id').onDelete('cascade'))
      .addColumn('project_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('definition', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('modified_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('gateway_api_name', ['group_id', 'name'])
      .execute();
    await db.schema.createIndex('gateway_api_of_project').on('gateway_api').column('project_id').execute();
    await createReleases(db);
    const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
    for (const [table, topic, key, columns] of FOLLOWED) {
      for (const statement of isPostgres
        ? onPostgres(table, topic, key, columns)
        : onSqlite(table, topic, key, columns)) {
        await sql.raw(statement).execute(db);
      }
    }
  },
};

async function createReleases(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('gateway_release')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('api_id', 'text', (c) => c.notNull().references('gateway_api.id').onDelete('cascade'))
    .addColumn('group_id', 'text', (c) => c.notNull())
    .addColumn('project_id', 'text', (c) => c.notNull())
    .addColumn('stage', 'text', (c) => c.notNull())
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('definition', 'text', (c) => c.notNull())
    .addColumn('route_key', 'text', (c) => c.notNull())
    .addColumn('bytes', 'integer', (c) => c.notNull())
    .addColumn('live', 'integer', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('published_by', 'text', (c) => c.notNull())
    .addColumn('published_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('gateway_release_number', ['api_id', 'stage', 'number'])
    .execute();
  await db.schema
    .createIndex('gateway_release_route')
    .unique()
    .on('gateway_release')
    .columns(['group_id', 'stage', 'route_key'])
    .where(sql.ref('live'), '=', 1)
    .execute();
  await db.schema
    .createIndex('gateway_release_live')
    .on('gateway_release')
    .columns(['project_id', 'bytes'])
    .where(sql.ref('live'), '=', 1)
    .execute();
}

type Followed = readonly [table: string, topic: string, key: string, columns: string];

const FOLLOWED: readonly Followed[] = [
  ['gateway_group', 'gateway-group', 'id', 'name, description'],
  ['gateway_host', 'gateway-group', 'group_id', 'group_id'],
  ['gateway_release', 'gateway-release', 'id', 'live'],
];

function onSqlite(...[table, topic, key, columns]: Followed): string[] {
  const events = [
    ['insert', 'insert', 'new'],
    ['update', `update of ${columns}`, 'new'],
    ['delete', 'delete', 'old'],
  ];
  return events.map(
    ([name, event, row]) => `create trigger ${table}_changed_by_${name} after ${event} on ${table} begin
      update change_counter set n = n + 1;
      insert into change (n, topic, key) select n, '${topic}', ${row}.${key} from change_counter;
    end`,
  );
}

function onPostgres(...[table, topic, key, columns]: Followed): string[] {
  return [
    `create constraint trigger ${table}_changed after insert or update of ${columns} or delete on ${table}
      deferrable initially deferred for each row execute function note_change('${topic}', '${key}')`,
  ];
}
