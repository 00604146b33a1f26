import type { Kysely } from 'kysely';
import type { Schema } from '../../../storage/index.ts';

export interface StoredKey {
  /** Sealed. */
  readonly privateKey: string;
  readonly certificate: string;
}

/** The one row of the signing key. */
export class SigningKeyStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async find(): Promise<StoredKey | undefined> {
    const row = await this.#db.selectFrom('topic_signing_key').selectAll().where('id', '=', 1).executeTakeFirst();
    return row === undefined ? undefined : { privateKey: row.private_key, certificate: row.certificate };
  }

  /** Changes nothing when a server has stored one already. */
  async add({ privateKey, certificate }: StoredKey): Promise<void> {
    await this.#db
      .insertInto('topic_signing_key')
      .values({ id: 1, private_key: privateKey, certificate })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
}
