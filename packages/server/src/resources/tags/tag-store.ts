import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';
import type { Tag, TagMatch } from './types.ts';

/** `flow_tag` is the same. */
type Tables = {
  function_tag: {
    owner_id: string;
    key: string;
    value: string;
  };
};

type TagTables = Tables & Pick<Schema, 'function'>;

/** Rows of the tags of functions or of flows; no rules but the quota, which only a transaction can hold. */
export class TagStore {
  readonly #db: Kysely<TagTables>;
  readonly #tags: 'function_tag';
  readonly #owners: 'function';

  constructor(db: Kysely<Schema>, owners: 'function' | 'flow') {
    // what is used of the tables is the same for both
    this.#db = db as unknown as Kysely<TagTables>;
    this.#owners = owners as 'function';
    this.#tags = `${owners}_tag` as 'function_tag';
  }

  /** By key. */
  async list(ownerId: string): Promise<Tag[]> {
    return this.#db
      .selectFrom(this.#tags)
      .select(['key', 'value'])
      .where('owner_id', '=', ownerId)
      .orderBy('key')
      .execute();
  }

  /** Of all functions or flows of a project that have any, by their ids; each list by key. */
  async ofProject(projectId: string): Promise<ReadonlyMap<string, readonly Tag[]>> {
    const rows = await this.#db
      .selectFrom(this.#tags)
      .select(['owner_id', 'key', 'value'])
      .where('owner_id', 'in', ({ selectFrom }) =>
        selectFrom(this.#owners).select('id').where('project_id', '=', projectId),
      )
      .orderBy('key')
      .execute();
    const found = new Map<string, Tag[]>();
    for (const { owner_id, key, value } of rows) {
      const tags = found.get(owner_id) ?? [];
      tags.push({ key, value });
      found.set(owner_id, tags);
    }
    return found;
  }

  /** Sets all or none; none when the owner would have more than `most`, or is deleted. */
  async put(ownerId: string, tags: readonly Tag[], most: number): Promise<'set' | 'quota' | 'deleted'> {
    if (tags.length === 0) return 'set';
    const [table, owners] = [this.#tags, this.#owners];
    try {
      return await this.#db.transaction().execute(async (tx) => {
        // holds the row, so that a deletion waits
        const held = await tx
          .updateTable(owners)
          .set(({ ref }) => ({ project_id: ref('project_id') }))
          .where('id', '=', ownerId)
          .executeTakeFirst();
        if (held.numUpdatedRows === 0n) return 'deleted';
        await tx
          .insertInto(table)
          .values(tags.map(({ key, value }) => ({ owner_id: ownerId, key, value })))
          .onConflict((conflict) =>
            conflict.columns(['owner_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
          )
          .execute();
        const { count } = await tx
          .selectFrom(table)
          .where('owner_id', '=', ownerId)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) > most) throw new OverQuota();
        return 'set';
      });
    } catch (error) {
      if (error instanceof OverQuota) return 'quota';
      throw error;
    }
  }

  /** Removes the keys, and where a value is given only with that value. All at once. */
  async remove(ownerId: string, tags: readonly TagMatch[]): Promise<void> {
    if (tags.length === 0) return;
    await this.#db
      .deleteFrom(this.#tags)
      .where('owner_id', '=', ownerId)
      .where(({ eb, or, and }) =>
        or(
          tags.map(({ key, value }) =>
            value === undefined || value === ''
              ? eb('key', '=', key)
              : and([eb('key', '=', key), eb('value', '=', value)]),
          ),
        ),
      )
      .execute();
  }
}

/** Takes a transaction back. */
class OverQuota extends Error {}
