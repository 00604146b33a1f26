import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const TOPIC = 'console-session';

/** Sessions go with their user, and with the key that requested them. Their last use is no change of configuration. */
export const consoleSessions0052: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('console_session')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('user_id', 'text', (c) => c.notNull().references('iam_user.id').onDelete('cascade'))
      .addColumn('access_key', 'text', (c) => c.references('iam_access_key.access_key').onDelete('cascade'))
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('last_used_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('console_session_by_user').on('console_session').column('user_id').execute();
    // for the cascade
    await db.schema.createIndex('console_session_by_key').on('console_session').column('access_key').execute();
    for (const statement of db.getExecutor().adapter instanceof PostgresAdapter ? onPostgres() : onSqlite()) {
      await sql.raw(statement).execute(db);
    }
  },
};

function onSqlite(): string[] {
  const events = [
    ['insert', 'new'],
    ['delete', 'old'],
  ];
  return events.map(
    ([event, row]) => `create trigger console_session_changed_by_${event} after ${event} on console_session begin
      update change_counter set n = n + 1;
      insert into change (n, topic, key) select n, '${TOPIC}', ${row}.id from change_counter;
    end`,
  );
}

function onPostgres(): string[] {
  return [
    `create constraint trigger console_session_changed after insert or delete on console_session
      deferrable initially deferred for each row execute function note_change('${TOPIC}', 'id')`,
  ];
}
