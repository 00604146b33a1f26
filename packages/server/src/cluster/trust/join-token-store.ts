import { type Kysely, sql } from 'kysely';
import type { Schema, Storage } from '../../storage/index.ts';

/** Ms since the epoch by the clock of PostgreSQL. */
const NOW = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

export interface Redemption {
  readonly id: string;
  readonly secretHash: string;
  /** Of a secret of the server that joins. */
  readonly claimHash: string;
}

const LIFE_MS = 3_600_000;

/** The rows of join tokens, in PostgreSQL. */
export class JoinTokenStore {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Pick<Storage, 'db'>) {
    this.#db = db;
  }

  /** One that is good for an hour. Removes expired ones, too. */
  async add(row: { readonly id: string; readonly secretHash: string }): Promise<void> {
    await this.#db.deleteFrom('join_token').where('expires_at', '<', NOW).execute();
    await this.#db
      .insertInto('join_token')
      .values({ id: row.id, secret_hash: row.secretHash, expires_at: sql`${NOW} + ${LIFE_MS}::bigint` })
      .execute();
  }

  /** True for the first server with the token, and for the same one again until it expires. */
  async redeem({ id, secretHash, claimHash }: Redemption): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('join_token')
      .set({ claim_hash: claimHash })
      .where('id', '=', id)
      .where('secret_hash', '=', secretHash)
      .where('expires_at', '>', NOW)
      .where((where) => where.or([where('claim_hash', 'is', null), where('claim_hash', '=', claimHash)]))
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** The address at which the server of a data directory is reached by others now. */
  async addressOf(home: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('server')
      .select('address')
      .where('home', '=', home)
      .where('expires_at', '>', NOW)
      .executeTakeFirst();
    return row?.address ?? undefined;
  }
}
