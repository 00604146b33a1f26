import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const TOPIC = 'reserved-room';

/** Servers that have no room for their share of reserved instances. A row goes with its server. */
export const reservedRoom0060: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('reserved_room')
      .addColumn('server_id', 'text', (c) => c.notNull().references('server.id').onDelete('cascade'))
      .addColumn('reservation', 'text', (c) => c.notNull())
      .addColumn('most', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('reserved_room_key', ['server_id', 'reservation'])
      .execute();
    const statements = db.getExecutor().adapter instanceof PostgresAdapter ? [ON_POSTGRES] : ON_SQLITE;
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const ON_SQLITE = (['insert', 'update', 'delete'] as const).map(
  (event) => `create trigger reserved_room_changed_by_${event} after ${event} on reserved_room begin
    update change_counter set n = n + 1;
    insert into change (n, topic, key)
      select n, '${TOPIC}', ${event === 'delete' ? 'old' : 'new'}.reservation from change_counter;
  end`,
);

const ON_POSTGRES = `create constraint trigger reserved_room_changed after insert or update or delete on reserved_room
  deferrable initially deferred for each row execute function note_change('${TOPIC}', 'reservation')`;
