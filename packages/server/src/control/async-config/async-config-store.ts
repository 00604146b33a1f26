import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';
import type { AsyncConfig, AsyncSettings } from './types.ts';

/** Rows of asynchronous settings; no rules. */
export class AsyncConfigStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** All settings of these functions; of all functions without ids. */
  async load(ids: readonly string[] | undefined): Promise<AsyncConfig[]> {
    const rows = await this.#db
      .selectFrom('async_config')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('function_id', 'in', [...(ids ?? [])]))
      .orderBy('qualifier')
      .execute();
    return rows.map((row) => ({
      functionId: row.function_id,
      qualifier: row.qualifier,
      maxAgeSeconds: row.max_age_seconds,
      maxRetries: row.max_retries,
      settings: JSON.parse(row.settings) as AsyncSettings,
      createdAt: Number(row.created_at),
      modifiedAt: Number(row.modified_at),
    }));
  }

  async save(config: AsyncConfig): Promise<void> {
    const changed = {
      max_age_seconds: config.maxAgeSeconds,
      max_retries: config.maxRetries,
      settings: JSON.stringify(config.settings),
      modified_at: config.modifiedAt,
    };
    await this.#db
      .insertInto('async_config')
      .values({
        function_id: config.functionId,
        qualifier: config.qualifier,
        created_at: config.createdAt,
        ...changed,
      })
      .onConflict((conflict) => conflict.columns(['function_id', 'qualifier']).doUpdateSet(changed))
      .execute();
  }

  async remove(functionId: string, qualifier: string): Promise<void> {
    await this.#db
      .deleteFrom('async_config')
      .where('function_id', '=', functionId)
      .where('qualifier', '=', qualifier)
      .execute();
  }

  async enableStatusLog(projectId: string, now: number): Promise<void> {
    await this.#db
      .insertInto('async_status_log')
      .values({ project_id: projectId, enabled_at: now })
      .onConflict((conflict) => conflict.column('project_id').doNothing())
      .execute();
  }

  async hasStatusLog(projectId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('async_status_log')
      .select('project_id')
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    return row !== undefined;
  }
}
