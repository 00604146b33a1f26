import type { Kysely, Selectable } from 'kysely';
import { isMissingReference } from '../../lib/missing-reference.ts';
import { type Inserted, insertWithin, type Schema } from '../../storage/index.ts';
import type { StoredApp } from './types.ts';

/** Rows of gateway apps and of the triggers they may call; no rules but uniqueness. */
export class GatewayAppStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Those of the ids that exist, with the triggers and APIs that they may call; all without ids. Oldest first. */
  async load(
    ids: readonly string[] | undefined,
  ): Promise<{ app: StoredApp; triggers: Set<string>; apis: Set<string> }[]> {
    const rows = await this.#db
      .selectFrom('gateway_app')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    const bindings = await this.#db
      .selectFrom('gateway_app_trigger')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('app_id', 'in', [...(ids ?? [])]))
      .execute();
    const apiBindings = await this.#db
      .selectFrom('gateway_app_api')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('app_id', 'in', [...(ids ?? [])]))
      .execute();
    const apis = Map.groupBy(apiBindings, ({ app_id }) => app_id);
    const triggers = Map.groupBy(bindings, ({ app_id }) => app_id);
    return rows.map((row) => ({
      app: appOf(row),
      triggers: new Set(triggers.get(row.id)?.map(({ trigger_id }) => trigger_id)),
      apis: new Set(apis.get(row.id)?.map(({ api_id }) => api_id)),
    }));
  }

  /** `taken`: its name or its key is. */
  insert(app: StoredApp, most: number): Promise<Inserted> {
    const { id, projectId, name, description, appKey, sealedSecret, sealedCode, createdAt, modifiedAt } = app;
    const row = {
      id,
      project_id: projectId,
      name,
      description,
      app_key: appKey,
      sealed_secret: sealedSecret,
      sealed_code: sealedCode,
      created_at: createdAt,
      modified_at: modifiedAt,
    };
    return insertWithin(this.#db, 'gateway_app', row, { by: ['project_id'], most });
  }

  async renew({ id, sealedSecret, sealedCode, modifiedAt }: StoredApp): Promise<void> {
    const changed = { sealed_secret: sealedSecret, sealed_code: sealedCode, modified_at: modifiedAt };
    await this.#db.updateTable('gateway_app').set(changed).where('id', '=', id).execute();
  }

  /** Its permissions to call are deleted with it. */
  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('gateway_app').where('id', '=', id).execute();
  }

  /** Does nothing the second time. */
  async bind(appId: string, triggerId: string): Promise<void> {
    await this.#db
      .insertInto('gateway_app_trigger')
      .values({ app_id: appId, trigger_id: triggerId })
      .onConflict((conflict) => conflict.columns(['app_id', 'trigger_id']).doNothing())
      .execute();
  }

  /** Does nothing the second time. False when the app or the API does not exist. */
  async allow(appId: string, apiId: string): Promise<boolean> {
    try {
      await this.#db
        .insertInto('gateway_app_api')
        .values({ app_id: appId, api_id: apiId })
        .onConflict((conflict) => conflict.columns(['app_id', 'api_id']).doNothing())
        .execute();
      return true;
    } catch (error) {
      if (isMissingReference(error)) return false;
      throw error;
    }
  }

  async disallow(appId: string, apiId: string): Promise<void> {
    await this.#db.deleteFrom('gateway_app_api').where('app_id', '=', appId).where('api_id', '=', apiId).execute();
  }

  async unbind(appId: string, triggerId: string): Promise<void> {
    await this.#db
      .deleteFrom('gateway_app_trigger')
      .where('app_id', '=', appId)
      .where('trigger_id', '=', triggerId)
      .execute();
  }
}

function appOf(row: Selectable<Schema['gateway_app']>): StoredApp {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    description: row.description,
    appKey: row.app_key,
    sealedSecret: row.sealed_secret,
    sealedCode: row.sealed_code,
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
  };
}
