import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';
import type { Share, ShareHolder, ShareKind } from './types.ts';

/** Everything that is shared under one id or name. */
export interface ResourceShares {
  readonly resource: string;
  readonly shares: readonly Share[];
}

/** Rows of shares; no rules. */
export class ShareStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** The shares of these resources, of any kind; all without resources. Oldest first. */
  async load(resources: readonly string[] | undefined): Promise<ResourceShares[]> {
    const rows = await this.#db
      .selectFrom('share')
      .selectAll()
      .$if(resources !== undefined, (query) => query.where('resource', 'in', [...(resources ?? [])]))
      .orderBy('created_at')
      .execute();
    const shares = rows.map((row) => ({
      kind: row.kind as ShareKind,
      resource: row.resource,
      holder: { kind: row.holder_kind as ShareHolder['kind'], id: row.holder_id },
      createdAt: Number(row.created_at),
    }));
    const byResource = Map.groupBy(shares, ({ resource }) => resource);
    return [...byResource].map(([resource, all]) => ({ resource, shares: all }));
  }

  /** Does nothing when it exists. */
  async insert({ kind, resource, holder, createdAt }: Share): Promise<void> {
    await this.#db
      .insertInto('share')
      .values({ kind, resource, holder_kind: holder.kind, holder_id: holder.id, created_at: createdAt })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async remove({ kind, resource, holder }: Omit<Share, 'createdAt'>): Promise<void> {
    await this.#db
      .deleteFrom('share')
      .where('kind', '=', kind)
      .where('resource', '=', resource)
      .where('holder_kind', '=', holder.kind)
      .where('holder_id', '=', holder.id)
      .execute();
  }

  async removeAll(kind: ShareKind, resource: string): Promise<void> {
    await this.#db.deleteFrom('share').where('kind', '=', kind).where('resource', '=', resource).execute();
  }
}
