import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const TOPIC = 'revoked-token';

/** Rows go when their tokens would have ended, which is no change. */
export const revokedTokens0057: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('revoked_token')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('domain_id', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('revoked_token_by_domain').on('revoked_token').column('domain_id').execute();
    await db.schema.createIndex('revoked_token_by_end').on('revoked_token').column('expires_at').execute();
    const statement = db.getExecutor().adapter instanceof PostgresAdapter ? ON_POSTGRES : ON_SQLITE;
    await sql.raw(statement).execute(db);
  },
};

const ON_SQLITE = `create trigger revoked_token_changed_by_insert after insert on revoked_token begin
    update change_counter set n = n + 1;
    insert into change (n, topic, key) select n, '${TOPIC}', new.id from change_counter;
  end`;

const ON_POSTGRES = `create constraint trigger revoked_token_changed after insert on revoked_token
  deferrable initially deferred for each row execute function note_change('${TOPIC}', 'id')`;
