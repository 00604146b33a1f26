import type { Kysely, Selectable } from 'kysely';
import { type Inserted, insertWithin, type Schema } from '../../storage/index.ts';
import type { AdditionalVersion, Alias } from './types.ts';

/** Rows of aliases; no rules but uniqueness and the quota, which only a transaction can hold. */
export class AliasStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** All aliases of these functions; of all functions without ids. */
  async load(ids: readonly string[] | undefined): Promise<{ functionId: string; alias: Alias }[]> {
    const rows = await this.#db
      .selectFrom('function_alias')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('function_id', 'in', [...(ids ?? [])]))
      .execute();
    return rows.map((row) => ({ functionId: row.function_id, alias: toAlias(row) }));
  }

  /** By name. */
  async of(functionId: string): Promise<Alias[]> {
    const rows = await this.#db
      .selectFrom('function_alias')
      .selectAll()
      .where('function_id', '=', functionId)
      .orderBy('name')
      .execute();
    return rows.map(toAlias);
  }

  /** `taken`: an alias with the name, or one on the version, exists. */
  insert(functionId: string, alias: Alias, most: number): Promise<Inserted> {
    const row = { function_id: functionId, name: alias.name, created_at: alias.createdAt, ...changeable(alias) };
    return insertWithin(this.#db, 'function_alias', row, { by: ['function_id'], most });
  }

  async replace(functionId: string, alias: Alias): Promise<void> {
    await this.#db
      .updateTable('function_alias')
      .set(changeable(alias))
      .where('function_id', '=', functionId)
      .where('name', '=', alias.name)
      .execute();
  }

  /** With its asynchronous settings, reserved instances and triggers. */
  async remove(functionId: string, alias: string): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx
        .deleteFrom('async_config')
        .where('function_id', '=', functionId)
        .where('qualifier', '=', `!${alias}`)
        .execute();
      await tx
        .deleteFrom('reserved_instances')
        .where('function_id', '=', functionId)
        .where('qualifier', '=', `!${alias}`)
        .execute();
      await tx
        .deleteFrom('function_trigger')
        .where('function_id', '=', functionId)
        .where('qualifier', '=', `!${alias}`)
        .execute();
      await tx.deleteFrom('function_alias').where('function_id', '=', functionId).where('name', '=', alias).execute();
    });
  }
}

function changeable(alias: Alias) {
  return {
    version: alias.version,
    additional: alias.additional === undefined ? null : JSON.stringify(alias.additional),
    description: alias.description,
    modified_at: alias.modifiedAt,
  };
}

function toAlias(row: Selectable<Schema['function_alias']>): Alias {
  return {
    name: row.name,
    version: row.version,
    additional: row.additional === null ? undefined : (JSON.parse(row.additional) as AdditionalVersion),
    description: row.description,
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
  };
}
