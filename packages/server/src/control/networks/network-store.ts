import type { Kysely } from 'kysely';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { Network } from './types.ts';

/** Rows of networks; no rules but uniqueness. */
export class NetworkStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Those of the ids that exist; all without ids. */
  async load(ids: readonly string[] | undefined): Promise<Network[]> {
    const rows = await this.#db
      .selectFrom('network')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
      .execute();
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      vpcId: row.vpc_id,
      subnetId: row.subnet_id,
      cidr: row.cidr,
      nat: row.nat !== 0,
      hostInterface: row.host_interface ?? undefined,
      createdAt: Number(row.created_at),
    }));
  }

  /** False when the name, or the pair of ids, is taken. */
  async insert(network: Network): Promise<boolean> {
    try {
      await this.#db
        .insertInto('network')
        .values({
          id: network.id,
          name: network.name,
          vpc_id: network.vpcId,
          subnet_id: network.subnetId,
          cidr: network.cidr,
          nat: network.nat ? 1 : 0,
          host_interface: network.hostInterface ?? null,
          created_at: network.createdAt,
        })
        .execute();
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('network').where('id', '=', id).execute();
  }
}
