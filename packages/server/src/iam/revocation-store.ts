import type { Kysely } from 'kysely';
import { type Inserted, insertWithin, type Schema } from '../storage/index.ts';
import { among, type Ids } from './identity-store.ts';

/** Times are ms since the epoch. */
export interface RevokedToken {
  readonly id: string;
  readonly domainId: string;
  /** When the token would have ended. */
  readonly expiresAt: number;
}

/** Rows of revoked tokens; no rules. */
export class RevocationStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async load(ids?: Ids): Promise<RevokedToken[]> {
    const rows = await this.#db.selectFrom('revoked_token').selectAll().where(among('id', ids)).execute();
    return rows.map((row) => ({ id: row.id, domainId: row.domain_id, expiresAt: Number(row.expires_at) }));
  }

  /** At most so many of an account. */
  add({ id, domainId, expiresAt }: RevokedToken, most: number): Promise<Inserted> {
    const row = { id, domain_id: domainId, expires_at: expiresAt };
    return insertWithin(this.#db, 'revoked_token', row, { by: ['domain_id'], most });
  }

  async removeOver(now: number): Promise<void> {
    await this.#db.deleteFrom('revoked_token').where('expires_at', '<=', now).execute();
  }
}
