import { parseCron } from '@funcgraph/api/schedule';
import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';
import type { MetricPolicy, ReservedConfig, ReservedPolicy } from './types.ts';

/** Rows of reserved instances; no rules. Rows go with their function, version or alias. */
export class ReservedConfigStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Those of these functions; of all functions without ids. */
  load(ids: readonly string[] | undefined): Promise<ReservedConfig[]> {
    return readConfigs(this.#db, { ids });
  }

  /**
   * `check` throws when the project may not have the setting besides these of its own: no other server changes them
   * meanwhile.
   */
  async save(config: ReservedConfig, check: (ofProject: readonly ReservedConfig[]) => void): Promise<void> {
    const changed = {
      count: config.count,
      idle_mode: config.idleMode ? 1 : 0,
      policies: JSON.stringify(config.policies.map(({ schedule: _, ...kept }) => kept)),
      metrics: JSON.stringify(config.byMetric),
      modified_at: config.modifiedAt,
    };
    const { functionId: function_id, qualifier, createdAt: created_at } = config;
    await this.#db.transaction().execute(async (tx) => {
      check(await readConfigs(tx, { projectId: config.fn.projectId }));
      await tx
        .insertInto('reserved_instances')
        .values({ function_id, qualifier, created_at, ...changed })
        .onConflict((conflict) => conflict.columns(['function_id', 'qualifier']).doUpdateSet(changed))
        .execute();
    });
  }

  async remove(functionId: string, qualifier: string): Promise<void> {
    await this.#db
      .deleteFrom('reserved_instances')
      .where('function_id', '=', functionId)
      .where('qualifier', '=', qualifier)
      .execute();
  }
}

async function readConfigs(
  db: Kysely<Schema>,
  of: { ids?: readonly string[] | undefined; projectId?: string },
): Promise<ReservedConfig[]> {
  const { ids, projectId } = of;
  const rows = await db
    .selectFrom('reserved_instances')
    .innerJoin('function', 'function.id', 'reserved_instances.function_id')
    .selectAll('reserved_instances')
    .select(['function.project_id', 'function.package', 'function.name'])
    .$if(ids !== undefined, (query) => query.where('function_id', 'in', [...(ids ?? [])]))
    .$if(projectId !== undefined, (query) => query.where('function.project_id', '=', projectId ?? ''))
    .execute();
  return rows.map((row) => ({
    fn: { projectId: row.project_id, package: row.package, name: row.name },
    functionId: row.function_id,
    qualifier: row.qualifier,
    count: row.count,
    idleMode: row.idle_mode === 1,
    policies: (JSON.parse(row.policies) as Omit<ReservedPolicy, 'schedule'>[]).map((policy) => ({
      ...policy,
      schedule: parseCron(policy.cron),
    })),
    byMetric: JSON.parse(row.metrics) as MetricPolicy[],
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
  }));
}
