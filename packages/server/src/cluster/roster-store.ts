import { type Kysely, sql } from 'kysely';
import type { Schema, Storage } from '../storage/index.ts';

/** Ms since the epoch by the clock of PostgreSQL. */
const NOW = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** A server as its row shows it. */
export interface RosterRow {
  readonly id: string;
  readonly home: string;
  readonly name: string;
  readonly version: string;
  readonly address: string | null;
  readonly memory_mb: number | null;
  readonly processors: number | null;
  readonly draining: boolean;
  /** False from the moment in which others may take over its work. */
  readonly live: boolean;
  /** Names of the work that it does for all. */
  readonly leases: readonly string[];
}

/** Servers of a database for those who operate them, in PostgreSQL. */
export class RosterStore {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Pick<Storage, 'db'>) {
    this.#db = db;
  }

  /** By name. */
  async list(): Promise<readonly RosterRow[]> {
    const rows = await this.#db
      .selectFrom('server')
      .select(['id', 'home', 'name', 'version', 'address', 'memory_mb', 'processors', 'draining'])
      .select(sql<boolean>`expires_at > ${NOW}`.as('live'))
      .orderBy('name')
      .execute();
    const leases = await this.#db.selectFrom('lease').select(['name', 'owner']).orderBy('name').execute();
    return rows.map((row) => ({
      ...row,
      draining: row.draining === 1,
      leases: leases.filter(({ owner }) => owner === row.id).map(({ name }) => name),
    }));
  }

  /** All servers hear of it at once. False when no server has the id. */
  async setDraining(id: string, draining: boolean): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('server')
        .set({ draining: draining ? 1 : 0 })
        .where('id', '=', id)
        .executeTakeFirst();
      await sql`select pg_notify('funcgraph_server', '')`.execute(tx);
      return numUpdatedRows === 1n;
    });
  }
}
