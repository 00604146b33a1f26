import { sql } from 'kysely';
import type { Storage } from '../storage/index.ts';

/** Beyond this, no server ran, or the clock of the database was set. */
const LONGEST_MS = 30_000;

/** The row that holds the last saved steady time of all servers. */
export class SteadyTimeStore {
  readonly #storage: Pick<Storage, 'db' | 'kind'>;

  constructor(storage: Pick<Storage, 'db' | 'kind'>) {
    this.#storage = storage;
  }

  /** Undefined before the first save. */
  async read(): Promise<number | undefined> {
    const row = await this.#storage.db.selectFrom('steady_time').select('at').where('id', '=', 1).executeTakeFirst();
    return row?.at;
  }

  /**
   * Saves the steady time of this server and returns that of the fastest one: the row advances by the clock of the
   * database, so that servers agree however long ago each of them saved.
   */
  async note(at: number): Promise<number> {
    if (this.#storage.kind === 'sqlite') {
      await sql`insert into steady_time (id, at) values (1, ${at}) on conflict (id) do update set at = ${at}`.execute(
        this.#storage.db,
      );
      return at;
    }
    const now = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
    const { rows } = await sql<{
      at: number;
    }>`insert into steady_time as known (id, at, noted_at) values (1, ${at}, ${now})
      on conflict (id) do update set noted_at = ${now},
        at = greatest(${at}::bigint, known.at + least(greatest(${now} - known.noted_at, 0), ${LONGEST_MS}))
      returning at`.execute(this.#storage.db);
    return rows[0]?.at ?? at;
  }
}
