import { type Kysely, sql } from 'kysely';
import type { Storage } from '../open.ts';
import type { Signals } from '../options.ts';
import type { Schema } from '../schema.ts';

/** One row of `server`. */
export interface ServerRow {
  readonly id: string;
  readonly home: string;
  readonly name: string;
  readonly version: string;
}

export interface SeenServer extends ServerRow {
  /** Time until another server may remove it, by the clock of the database. */
  readonly leftMs: number;
}

/** Ms since the epoch by the clock of PostgreSQL. */
const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
const BEAT = `with beat as (update server set expires_at = ${NOW} + $2 where id = $1 returning id)
  select id, home, name, version, expires_at - ${NOW} as "leftMs", (select count(*) from beat) as beats from server`;
const REMOVE_EXPIRED = `delete from server where expires_at <= ${NOW} and id <> $1 returning id`;
const LEAVE = `with gone as (delete from server where id = $1) select pg_notify('funcgraph_server', '')`;

/** The statements of a membership. */
export class MembershipStore {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Pick<Storage, 'db'>) {
    this.#db = db;
  }

  /** Adds the only server of the database; rows of others belong to ended processes. */
  async addAlone(row: ServerRow): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx.deleteFrom('server').execute();
      await tx
        .insertInto('server')
        .values({ ...row, joined_at: 0, expires_at: 0 })
        .execute();
    });
  }

  /**
   * Adds a server among others. Replaces the one of the same home when `replace` is set, or when it has expired; false
   * when it has not.
   */
  async add(row: ServerRow, options: { readonly expiryMs: number; readonly replace: boolean }): Promise<boolean> {
    const now = sql<number>`${sql.raw(NOW)}`;
    return this.#db.transaction().execute(async (tx) => {
      await tx
        .deleteFrom('server')
        .where('home', '=', row.home)
        .$if(!options.replace, (query) => query.where('expires_at', '<=', now))
        .execute();
      const { rows } = await sql<{ id: string }>`insert into server (id, home, name, version, joined_at, expires_at)
        values (${row.id}, ${row.home}, ${row.name}, ${row.version}, ${now}, ${now} + ${options.expiryMs}::bigint)
        on conflict (home) do nothing returning id`.execute(tx);
      return rows.length === 1;
    });
  }

  /** Extends the membership and returns all servers; `renewed` is false when another server removed this one. */
  async beat(
    signals: Signals,
    id: string,
    expiryMs: number,
  ): Promise<{ readonly renewed: boolean; readonly servers: readonly SeenServer[] }> {
    const rows = await signals.ask<SeenServer & { beats: number }>(BEAT, [id, expiryMs]);
    return { renewed: rows.some((row) => row.id === id) && rows[0]?.beats === 1, servers: rows };
  }

  async removeExpired(signals: Signals, id: string): Promise<number> {
    return (await signals.ask(REMOVE_EXPIRED, [id])).length;
  }

  async remove(signals: Signals | undefined, id: string): Promise<void> {
    if (signals === undefined) await this.#db.deleteFrom('server').where('id', '=', id).execute();
    else await signals.ask(LEAVE, [id]);
  }
}
