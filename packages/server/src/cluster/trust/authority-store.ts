import type { Kysely } from 'kysely';
import type { Schema, Storage } from '../../storage/index.ts';

const ONLY = 1;

/** The row of the authority that all nodes trust. */
export class AuthorityStore {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Pick<Storage, 'db'>) {
    this.#db = db;
  }

  async find(): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('cluster_authority')
      .select('sealed')
      .where('id', '=', ONLY)
      .executeTakeFirst();
    return row?.sealed;
  }

  /** Does nothing where another server was first. */
  async add(sealed: string): Promise<void> {
    await this.#db
      .insertInto('cluster_authority')
      .values({ id: ONLY, sealed })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
}
