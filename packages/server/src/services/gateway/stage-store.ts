import type { Kysely } from 'kysely';
import { isMissingReference } from '../../lib/missing-reference.ts';
import type { Schema } from '../../storage/index.ts';
import { lockGroup } from './lock-group-store.ts';
import type { Stage } from './types.ts';

/** Rows of stages. A change is a transaction that holds the row of the group. */
export class GatewayStageStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Adds a stage, or replaces it. */
  async put(groupId: string, { name, description, variables }: Stage, most: number): Promise<'put' | 'quota' | 'gone'> {
    const changed = { description, variables: JSON.stringify(variables) };
    try {
      return await this.#db.transaction().execute(async (tx) => {
        if (!(await lockGroup(tx, groupId))) return 'gone';
        const { count } = await tx
          .selectFrom('gateway_stage')
          .where('group_id', '=', groupId)
          .where('name', '!=', name)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) >= most) return 'quota';
        await tx
          .insertInto('gateway_stage')
          .values({ group_id: groupId, name, ...changed })
          .onConflict((conflict) => conflict.columns(['group_id', 'name']).doUpdateSet(changed))
          .execute();
        return 'put';
      });
    } catch (error) {
      if (isMissingReference(error)) return 'gone';
      throw error;
    }
  }

  /** With the history of what was published there. */
  remove(groupId: string, name: string): Promise<'removed' | 'used' | 'gone'> {
    return this.#db.transaction().execute(async (tx) => {
      if (!(await lockGroup(tx, groupId))) return 'gone';
      const live = await tx
        .selectFrom('gateway_release')
        .select('id')
        .where('group_id', '=', groupId)
        .where('stage', '=', name)
        .where('live', '=', 1)
        .executeTakeFirst();
      if (live !== undefined) return 'used';
      await tx.deleteFrom('gateway_release').where('group_id', '=', groupId).where('stage', '=', name).execute();
      const result = await tx
        .deleteFrom('gateway_stage')
        .where('group_id', '=', groupId)
        .where('name', '=', name)
        .executeTakeFirst();
      return Number(result.numDeletedRows) === 1 ? 'removed' : 'gone';
    });
  }
}
