import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';
import type { FunctionUrl } from './types.ts';

/** Rows of function URLs; no rules. */
export class FunctionUrlStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Those of these functions; of all functions without ids. */
  async load(ids: readonly string[] | undefined): Promise<FunctionUrl[]> {
    const rows = await this.#db
      .selectFrom('function_url')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('function_id', 'in', [...(ids ?? [])]))
      .execute();
    return rows.map((row) => ({
      functionId: row.function_id,
      enabled: row.enabled === 1,
      // a value unknown to this version must not open a function to every client
      auth: row.auth === 'none' ? 'none' : 'iam',
    }));
  }

  async save({ functionId, enabled, auth }: FunctionUrl, now: number): Promise<void> {
    const changed = { enabled: enabled ? 1 : 0, auth, modified_at: now };
    await this.#db
      .insertInto('function_url')
      .values({ function_id: functionId, created_at: now, ...changed })
      .onConflict((conflict) => conflict.column('function_id').doUpdateSet(changed))
      .execute();
  }

  async remove(functionId: string): Promise<void> {
    await this.#db.deleteFrom('function_url').where('function_id', '=', functionId).execute();
  }
}
