import { type Kysely, sql } from 'kysely';
import type { AtomicStatement, Schema } from '../../storage/index.ts';
import { LANE_PREFIX } from './placement.ts';

/** Of a trigger: a UUID. */
const ID_CHARS = 36;

/** Positions of triggers in their sources. */
export class CheckpointStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** By shard. */
  async positions(triggerId: string): Promise<Map<string, string>> {
    const rows = await this.#db
      .selectFrom('trigger_checkpoint')
      .select(['shard', 'position'])
      .where('trigger_id', '=', triggerId)
      .execute();
    return new Map(rows.map(({ shard, position }) => [shard, position]));
  }

  /** Changes nothing, but must, when the position is not `from` any more. */
  advance(triggerId: string, shard: string, from: string | undefined, to: string): AtomicStatement {
    const query =
      from === undefined
        ? this.#db
            .insertInto('trigger_checkpoint')
            .values({ trigger_id: triggerId, shard, position: to })
            .onConflict((conflict) => conflict.columns(['trigger_id', 'shard']).doNothing())
        : this.#db
            .updateTable('trigger_checkpoint')
            .set({ position: to })
            .where('trigger_id', '=', triggerId)
            .where('shard', '=', shard)
            .where('position', '=', from);
    return { query: query.compile(), mustAffect: true };
  }

  /** Removes what deleted triggers left: positions, states, and leases that no server has. */
  async sweep(): Promise<void> {
    const db = this.#db;
    const triggers = db.selectFrom('function_trigger').select('id').union(db.selectFrom('flow_trigger').select('id'));
    for (const table of ['trigger_checkpoint', 'broker_state'] as const)
      await db.deleteFrom(table).where('trigger_id', 'not in', triggers).execute();
    await db
      .deleteFrom('lease')
      .where('name', '>=', LANE_PREFIX)
      .where('name', '<', `${LANE_PREFIX}\u{10ffff}`)
      .where('owner', '=', '')
      .where(sql<string>`substr(name, ${sql.lit(LANE_PREFIX.length + 1)}, ${sql.lit(ID_CHARS)})`, 'not in', triggers)
      .execute();
  }
}
