import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const HOUR_MS = 60 * 60 * 1000;
/** A token holds for a day. */
const TOKENS_MS = 24 * HOUR_MS;
/** By how much the clocks of servers may have differed before this step. */
const CLOCKS_MS = 12 * HOUR_MS;

/**
 * The sessions of a user count by generations, and no longer by the clocks of servers. The database itself begins the next
 * one, so that a server of the version before, which knows no generations, ends sessions too. A generation is random: after
 * a restored backup none comes twice. Users without a row are in the first one, as are tokens that name none.
 *
 * A table of its own: servers of the version before run on, and their prepared statements would fail on a new column.
 */
export const sessionGenerations0064: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('session_generation')
      .addColumn('user_id', 'text', (c) => c.primaryKey().notNull().references('iam_user.id').onDelete('cascade'))
      .addColumn('generation', 'text', (c) => c.notNull())
      .execute();
    const { random, triggers } = db.getExecutor().adapter instanceof PostgresAdapter ? POSTGRES : SQLITE;
    const now = Date.now();
    // Of sessions that ended lately, some may be taken for valid by a wrong clock. They are of the first generation.
    await sql`insert into session_generation (user_id, generation) select id, ${sql.raw(random)} from iam_user
      where sessions_from <> created_at and sessions_from > ${now - TOKENS_MS - CLOCKS_MS}`.execute(db);
    await sql`delete from console_session where exists (select 1 from iam_user where iam_user.id = console_session.user_id
      and sessions_from <> iam_user.created_at and sessions_from > console_session.created_at - ${CLOCKS_MS})`.execute(
      db,
    );
    for (const statement of triggers) await sql.raw(statement).execute(db);
  },
};

const COLUMNS = 'password_hash, enabled, sessions_from';
const ENDS = `new.password_hash <> old.password_hash or new.sessions_from <> old.sessions_from or new.enabled < old.enabled`;
const NEXT = (random: string): string => `insert into session_generation (user_id, generation)
  values (new.id, ${random}) on conflict (user_id) do update set generation = excluded.generation;
  delete from console_session where user_id = new.id;`;

const RANDOM = { postgres: `replace(gen_random_uuid()::text, '-', '')`, sqlite: 'lower(hex(randomblob(16)))' };

const SQLITE = {
  random: RANDOM.sqlite,
  triggers: [
    `create trigger iam_user_ends_sessions after update of ${COLUMNS} on iam_user when ${ENDS} begin
      ${NEXT(RANDOM.sqlite)}
    end`,
  ],
};

const POSTGRES = {
  random: RANDOM.postgres,
  triggers: [
    `create function end_sessions() returns trigger language plpgsql as $$
    begin
      ${NEXT(RANDOM.postgres)}
      return null;
    end $$`,
    `create trigger iam_user_ends_sessions after update of ${COLUMNS} on iam_user for each row
      when (${ENDS}) execute function end_sessions()`,
  ],
};
