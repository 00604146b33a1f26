import { type CreateTableBuilder, type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Runs of flows and their logs. A message for a run of another server is a change, so that its owner hears of it. */
export const flowRuns0032: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('flow_run')
      .addColumn('run', 'text', (column) => column.primaryKey().notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('project_id', 'text', (column) => column.notNull())
      .addColumn('flow_id', 'text', (column) => column.notNull())
      .addColumn('definition', 'text', (column) => column.notNull())
      .addColumn('pins', 'text', (column) => column.notNull())
      .addColumn('mode', 'text', (column) => column.notNull())
      .addColumn('identity', 'text', (column) => column.notNull())
      .addColumn('started_by', 'text', (column) => column.notNull())
      .addColumn('headers', 'text', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) =>
        column.notNull().check(sql`status in ('running', 'success', 'fail', 'timeout', 'cancel')`),
      )
      .addColumn('stop_at', 'bigint')
      .addColumn('next_seq', 'bigint', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('wake_at', 'bigint')
      .addColumn('owner', 'text')
      .addColumn('epoch', 'bigint', (column) => column.notNull())
      .addColumn('parent_run', 'text')
      .addColumn('parent_exec', 'bigint')
      .addColumn('parent_attempt', 'bigint')
      .addColumn('origin_run', 'text')
      .addColumn('origin_kind', 'text')
      .execute();
    for (const index of INDEXES) await sql.raw(index).execute(db);
    await partOfRun(db, 'flow_run_event', (table) =>
      table
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('events', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('flow_run_event_key', ['run', 'seq']),
    );
    await partOfRun(db, 'flow_run_payload', (table) =>
      table
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('payload', 'blob', (column) => column.notNull())
        .addPrimaryKeyConstraint('flow_run_payload_key', ['run', 'digest']),
    );
    await partOfRun(db, 'flow_run_snapshot', (table) =>
      table
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('flow_run_snapshot_key', ['run']),
    );
    await partOfRun(db, 'flow_run_inbox', (table) =>
      table
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('message', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('outcome', 'text')
        .addColumn('announce', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('flow_run_inbox_key', ['run', 'key']),
    );
    await sql`create index flow_run_inbox_open on flow_run_inbox (run) where outcome is null`.execute(db);
    await sql
      .raw(db.getExecutor().adapter instanceof PostgresAdapter ? NOTIFY_ON_POSTGRES : NOTIFY_ON_SQLITE)
      .execute(db);
  },
};

const INDEXES = [
  'create index flow_run_of_flow on flow_run (flow_id, started_at, run)',
  'create index flow_run_active on flow_run (flow_id) where ended_at is null',
  'create index flow_run_due on flow_run (owner, wake_at) where wake_at is not null',
  'create index flow_run_ended on flow_run (ended_at) where ended_at is not null',
  'create index flow_run_definition on flow_run (definition)',
  'create index flow_run_of_parent on flow_run (parent_run) where parent_run is not null',
];

const NOTIFY_ON_SQLITE = `create trigger flow_run_inbox_written after insert on flow_run_inbox when new.announce = 1 begin
  update change_counter set n = n + 1;
  insert into change (n, topic, key) select n, 'flow-run', new.run from change_counter;
end`;

const NOTIFY_ON_POSTGRES = `create constraint trigger flow_run_inbox_written after insert on flow_run_inbox
  deferrable initially deferred for each row when (new.announce = 1) execute function note_change('flow-run', 'run')`;

/** A table whose rows leave with their run. */
async function partOfRun(
  db: Kysely<unknown>,
  name: string,
  columns: (table: CreateTableBuilder<string, 'run'>) => CreateTableBuilder<string, never>,
): Promise<void> {
  const table = db.schema
    .createTable(name)
    .addColumn('run', 'text', (column) => column.notNull().references('flow_run.run').onDelete('cascade'));
  await columns(table as CreateTableBuilder<string, 'run'>).execute();
}
