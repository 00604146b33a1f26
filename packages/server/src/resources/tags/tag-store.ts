import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';
import type { Tag, TagMatch } from './types.ts';

/** Rows of tags; no rules but the quota, which only a transaction can hold. */
export class TagStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** By key. */
  async list(functionId: string): Promise<Tag[]> {
    return this.#db
      .selectFrom('function_tag')
      .select(['key', 'value'])
      .where('function_id', '=', functionId)
      .orderBy('key')
      .execute();
  }

  /** Of all functions of a project, by key. */
  async ofProject(projectId: string): Promise<(Tag & { readonly functionId: string })[]> {
    const rows = await this.#db
      .selectFrom('function_tag')
      .innerJoin('function', 'function.id', 'function_tag.function_id')
      .select(['function_id', 'key', 'value'])
      .where('project_id', '=', projectId)
      .orderBy('key')
      .execute();
    return rows.map(({ function_id, key, value }) => ({ functionId: function_id, key, value }));
  }

  /** Sets all or none; none when the function would have more than `most`. */
  async put(functionId: string, tags: readonly Tag[], most: number): Promise<'set' | 'quota'> {
    if (tags.length === 0) return 'set';
    try {
      await this.#db.transaction().execute(async (tx) => {
        await tx
          .insertInto('function_tag')
          .values(tags.map(({ key, value }) => ({ function_id: functionId, key, value })))
          .onConflict((conflict) =>
            conflict.columns(['function_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
          )
          .execute();
        const { count } = await tx
          .selectFrom('function_tag')
          .where('function_id', '=', functionId)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) > most) throw new OverQuota();
      });
      return 'set';
    } catch (error) {
      if (error instanceof OverQuota) return 'quota';
      throw error;
    }
  }

  /** Removes the keys, and where a value is given only with that value. All at once. */
  async remove(functionId: string, tags: readonly TagMatch[]): Promise<void> {
    if (tags.length === 0) return;
    await this.#db
      .deleteFrom('function_tag')
      .where('function_id', '=', functionId)
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
