import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Servers that share the database, and what they own: leases of the queue by the column `owner`, work that one server
 * does for all by a row of `lease`. An owner without a row in `server` is gone. A request to cancel a leased message is
 * a change, so that the server that runs it hears of it.
 */
export const servers0033: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('server')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('home', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('joined_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('lease')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('epoch', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.alterTable('message').addColumn('owner', 'text').execute();
    await db.schema
      .alterTable('steady_time')
      .addColumn('noted_at', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    await (db.getExecutor().adapter instanceof PostgresAdapter ? cancelOnPostgres(db) : cancelOnSqlite(db));
  },
};

async function cancelOnPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`create constraint trigger message_cancelled after update of cancel_at on message
    deferrable initially deferred for each row when (new.state = 'leased' and new.cancel_at is not null)
    execute function note_change('cancelled-message', 'id')`.execute(db);
}

async function cancelOnSqlite(db: Kysely<unknown>): Promise<void> {
  await sql`create trigger message_cancelled after update of cancel_at on message
    when new.state = 'leased' and new.cancel_at is not null begin
      update change_counter set n = n + 1;
      insert into change (n, topic, key) select n, 'cancelled-message', new.id from change_counter;
    end`.execute(db);
}
