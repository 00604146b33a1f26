import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../storage/index.ts';
import type { AlarmMinute } from '../../telemetry/index.ts';

export interface ScopeMinutes {
  readonly scope: string;
  readonly minutes: readonly AlarmMinute[];
}

/** Rows of one statement. */
const BATCH = 1_000;

/** Minutes of functions with rules that several servers count. A server is named by its home. */
export class SharedMinuteStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Replaces what the server wrote of these minutes before. */
  async put(home: string, all: readonly ScopeMinutes[]): Promise<void> {
    const rows = all.flatMap(({ scope, minutes }) => minutes.map((minute) => rowOf(home, scope, minute)));
    for (let at = 0; at < rows.length; at += BATCH) {
      await this.#db
        .insertInto('alarm_minute')
        .values(rows.slice(at, at + BATCH))
        .onConflict((conflict) =>
          conflict.columns(['scope', 'minute', 'home']).doUpdateSet((eb) => ({
            count: eb.ref('excluded.count'),
            failed: eb.ref('excluded.failed'),
            rejected: eb.ref('excluded.rejected'),
            ran: eb.ref('excluded.ran'),
            duration_ms: eb.ref('excluded.duration_ms'),
            max_ms: eb.ref('excluded.max_ms'),
            min_ms: eb.ref('excluded.min_ms'),
            running: eb.ref('excluded.running'),
            reserved: eb.ref('excluded.reserved'),
          })),
        )
        .execute();
    }
  }

  /** All minutes of the server before this one are written. */
  async wroteTo(home: string, minute: number): Promise<void> {
    await this.#db
      .insertInto('alarm_source')
      .values({ home, written_to: minute })
      .onConflict((conflict) => conflict.column('home').doUpdateSet({ written_to: minute }))
      .execute();
  }

  /** The first minute that a server that exists has not written yet; undefined without servers. */
  async writtenTo(): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('server')
      .leftJoin('alarm_source', 'alarm_source.home', 'server.home')
      .select(({ fn }) => fn.min(fn.coalesce('alarm_source.written_to', sql<number>`0`)).as('minute'))
      .executeTakeFirst();
    return row === undefined || row.minute === null ? undefined : Number(row.minute);
  }

  /** The sums of all servers; `to` is excluded. */
  async read(
    scopes: readonly string[],
    from: number,
    to: number,
  ): Promise<Array<{ scope: string; minute: AlarmMinute }>> {
    const rows = await this.#db
      .selectFrom('alarm_minute')
      .where('scope', 'in', [...scopes])
      .where('minute', '>=', from)
      .where('minute', '<', to)
      .groupBy(['scope', 'minute'])
      .select(({ fn }) => [
        'scope',
        'minute',
        fn.sum('count').as('count'),
        fn.sum('failed').as('failed'),
        fn.sum('rejected').as('rejected'),
        fn.sum('ran').as('ran'),
        fn.sum('duration_ms').as('duration_ms'),
        fn.max('max_ms').as('max_ms'),
        sql<number | null>`min(case when ran > 0 then min_ms end)`.as('min_ms'),
        fn.sum('running').as('running'),
        fn.sum('reserved').as('reserved'),
      ])
      .execute();
    return rows.map(({ scope, minute, ...row }) => ({
      scope,
      minute: {
        minute: Number(minute),
        count: Number(row.count),
        failed: Number(row.failed),
        rejected: Number(row.rejected),
        ran: Number(row.ran),
        durationMs: Number(row.duration_ms),
        maxMs: Number(row.max_ms),
        minMs: Number(row.min_ms ?? 0),
        running: Number(row.running),
        reserved: Number(row.reserved),
      },
    }));
  }

  async purge(before: number): Promise<void> {
    await this.#db.deleteFrom('alarm_minute').where('minute', '<', before).execute();
  }
}

function rowOf(home: string, scope: string, minute: AlarmMinute): Schema['alarm_minute'] {
  const { durationMs, maxMs, minMs, ...counts } = minute;
  return { scope, home, ...counts, duration_ms: durationMs, max_ms: maxMs, min_ms: minMs };
}
