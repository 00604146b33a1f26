import type { Kysely, Selectable } from 'kysely';
import { isMissingReference } from '../../lib/missing-reference.ts';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { Api, ApiDefinition } from './types.ts';

/** Rows of APIs as they were defined last; no rules but uniqueness and the quota. */
export class GatewayApiStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async find(groupId: string, id: string): Promise<Api | undefined> {
    const row = await this.#db
      .selectFrom('gateway_api')
      .selectAll()
      .where('id', '=', id)
      .where('group_id', '=', groupId)
      .executeTakeFirst();
    return row === undefined ? undefined : toApi(row);
  }

  /** By name. */
  async list(groupId: string): Promise<Api[]> {
    const rows = await this.#db
      .selectFrom('gateway_api')
      .selectAll()
      .where('group_id', '=', groupId)
      .orderBy('name')
      .execute();
    return rows.map(toApi);
  }

  count(projectId: string): Promise<number> {
    return countOf(this.#db, projectId);
  }

  async insert(api: Api, most: number): Promise<'added' | 'exists' | 'quota' | 'gone'> {
    const { id, groupId, projectId, definition, createdAt, modifiedAt } = api;
    try {
      return await this.#db.transaction().execute(async (tx) => {
        if ((await countOf(tx, projectId)) >= most) return 'quota';
        await tx
          .insertInto('gateway_api')
          .values({
            id,
            group_id: groupId,
            project_id: projectId,
            name: definition.name,
            definition: JSON.stringify(definition),
            created_at: createdAt,
            modified_at: modifiedAt,
          })
          .execute();
        return 'added';
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      if (isMissingReference(error)) return 'gone';
      throw error;
    }
  }

  async update({ id, definition, modifiedAt }: Api): Promise<'updated' | 'exists' | 'gone'> {
    try {
      const result = await this.#db
        .updateTable('gateway_api')
        .set({ name: definition.name, definition: JSON.stringify(definition), modified_at: modifiedAt })
        .where('id', '=', id)
        .executeTakeFirst();
      return Number(result.numUpdatedRows) === 1 ? 'updated' : 'gone';
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  /** With its releases. */
  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('gateway_api').where('id', '=', id).execute();
  }
}

function toApi(row: Selectable<Schema['gateway_api']>): Api {
  return {
    id: row.id,
    groupId: row.group_id,
    projectId: row.project_id,
    definition: JSON.parse(row.definition) as ApiDefinition,
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
  };
}

async function countOf(db: Kysely<Schema>, projectId: string): Promise<number> {
  const { count } = await db
    .selectFrom('gateway_api')
    .where('project_id', '=', projectId)
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}
