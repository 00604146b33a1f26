import { type Kysely, sql } from 'kysely';
import { EXPIRY_MS, type Schema, type Storage } from '../storage/index.ts';

/** Ms since the epoch by the clock of PostgreSQL. */
const NOW = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
const NEWS = sql`select pg_notify('funcgraph_server', '')`;

/** A server as its row shows it. */
export interface RosterRow {
  readonly id: string;
  readonly home: string;
  readonly name: string;
  readonly version: string;
  readonly address: string | null;
  readonly runtimes: readonly string[];
  readonly memoryMb: number | null;
  readonly processors: number | null;
  readonly draining: boolean;
  /** False from the moment in which others may take over its work. */
  readonly live: boolean;
  /** Ms since the epoch by the clock of PostgreSQL; null on SQLite, where the only server sends none. */
  readonly beatAt: number | null;
  /** Names of the work that it does for all. */
  readonly leases: readonly string[];
}

/** The servers of a database, for those who operate them. */
export class RosterStore {
  readonly #db: Kysely<Schema>;
  readonly #kind: Storage['kind'];

  constructor({ db, kind }: Pick<Storage, 'db' | 'kind'>) {
    this.#db = db;
    this.#kind = kind;
  }

  /** By name. */
  async list(): Promise<readonly RosterRow[]> {
    const isShared = this.#kind === 'postgres';
    const rows = await this.#db
      .selectFrom('server')
      .select(['id', 'home', 'name', 'version', 'address', 'runtimes', 'memory_mb', 'processors', 'draining'])
      .select('expires_at')
      .select((isShared ? sql<boolean>`expires_at > ${NOW}` : sql<boolean>`true`).as('live'))
      .orderBy('name')
      .execute();
    const leases = await this.#db.selectFrom('lease').select(['name', 'owner']).orderBy('name').execute();
    return rows.map(({ memory_mb: memoryMb, runtimes, draining, live, expires_at: expiresAt, ...row }) => ({
      ...row,
      memoryMb,
      runtimes: runtimes === null ? [] : (JSON.parse(runtimes) as string[]),
      draining: draining === 1,
      live: Boolean(live),
      beatAt: isShared ? expiresAt - EXPIRY_MS : null,
      leases: leases.filter(({ owner }) => owner === row.id).map(({ name }) => name),
    }));
  }

  /** In PostgreSQL. All servers hear of it at once. False when no server has the id. */
  async setDraining(id: string, draining: boolean): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('server')
        .set({ draining: draining ? 1 : 0 })
        .where('id', '=', id)
        .executeTakeFirst();
      await NEWS.execute(tx);
      return numUpdatedRows === 1n;
    });
  }

  /** In PostgreSQL. All servers hear of it at once. False when the server has come back, takes work again or has no row. */
  async remove(id: string): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      const { numDeletedRows } = await tx
        .deleteFrom('server')
        .where('id', '=', id)
        .where((eb) => eb.or([eb('draining', '=', 1), eb('expires_at', '<=', NOW)]))
        .executeTakeFirst();
      await NEWS.execute(tx);
      return numDeletedRows === 1n;
    });
  }
}
