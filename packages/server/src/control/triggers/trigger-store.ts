import type { Kysely } from 'kysely';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import { firedIn, TickStore } from './tick-store.ts';
import type { KindQuota } from './trigger-rules.ts';
import type { Trigger } from './types.ts';

/** See `TriggerRules`. */
interface TriggerKeys {
  readonly uniqueKey: string | undefined;
  readonly source: string | undefined;
}

export interface MostTriggers {
  readonly ofVersion: number;
  readonly ofProject: KindQuota | undefined;
}

type InsertedTrigger = 'added' | 'taken' | 'version_full' | 'project_full';

/** Rows of triggers; no rules but uniqueness and the quotas, which only a transaction can hold. Rows go with their function, version or alias. */
export class TriggerStore {
  readonly #db: Kysely<Schema>;
  readonly ticks: TickStore;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
    this.ticks = new TickStore(db, 'function_trigger');
  }

  /** Those of these functions, oldest first; of all functions without ids. */
  async load(ids: readonly string[] | undefined): Promise<Trigger[]> {
    const rows = await this.#db
      .selectFrom('function_trigger')
      .innerJoin('function', 'function.id', 'function_trigger.function_id')
      .selectAll('function_trigger')
      .select(['function.project_id', 'function.package', 'function.name as function_name'])
      .$if(ids !== undefined, (query) => query.where('function_id', 'in', [...(ids ?? [])]))
      .orderBy('function_trigger.created_at')
      .orderBy('function_trigger.id')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      fn: { projectId: row.project_id, package: row.package, name: row.function_name },
      functionId: row.function_id,
      qualifier: row.qualifier,
      active: row.active === 1,
      settings: { ...(JSON.parse(row.settings) as { name: string }), kind: row.kind },
      secretSeed: row.secret_seed ?? undefined,
      since: Number(row.since),
      fired: firedIn(row),
      createdAt: Number(row.created_at),
      modifiedAt: Number(row.modified_at),
    }));
  }

  /** `taken`: its name or its unique key is. */
  async insert(trigger: Trigger, keys: TriggerKeys, most: MostTriggers): Promise<InsertedTrigger> {
    const { id, functionId, qualifier, createdAt } = trigger;
    const values = { id, function_id: functionId, qualifier, created_at: createdAt, ...changeable(trigger, keys) };
    let outcome: InsertedTrigger = 'added';
    const isFree = await unlessTaken(
      this.#db.transaction().execute(async (tx) => {
        outcome = await fullness(tx, trigger, most);
        if (outcome === 'added') await tx.insertInto('function_trigger').values(values).execute();
      }),
    );
    return isFree ? outcome : 'taken';
  }

  /** False when its name or its unique key is taken. The last tick is kept. */
  async replace(trigger: Trigger, keys: TriggerKeys): Promise<boolean> {
    const { id } = trigger;
    return unlessTaken(
      this.#db.updateTable('function_trigger').set(changeable(trigger, keys)).where('id', '=', id).execute(),
    );
  }

  async renewSecret({ id, secretSeed, modifiedAt }: Trigger): Promise<void> {
    const values = { secret_seed: secretSeed ?? null, modified_at: modifiedAt };
    await this.#db.updateTable('function_trigger').set(values).where('id', '=', id).execute();
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#db
      .deleteFrom('function_trigger')
      .where('id', 'in', [...ids])
      .execute();
  }
}

async function fullness(
  tx: Kysely<Schema>,
  { functionId, qualifier, fn: { projectId } }: Trigger,
  { ofVersion, ofProject }: MostTriggers,
): Promise<'added' | 'version_full' | 'project_full'> {
  const version = await tx
    .selectFrom('function_trigger')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('function_id', '=', functionId)
    .where('qualifier', '=', qualifier)
    .executeTakeFirstOrThrow();
  if (Number(version.count) >= ofVersion) return 'version_full';
  if (ofProject === undefined) return 'added';
  const inProject = await countOfKinds(tx, projectId, ofProject.kinds);
  return inProject >= ofProject.most ? 'project_full' : 'added';
}

/** The stored triggers of some kinds in a project, of functions and flows. In a transaction, the count holds until its end. */
export async function countOfKinds(tx: Kysely<Schema>, projectId: string, kinds: readonly string[]): Promise<number> {
  const { count: ofFunctions } = await tx
    .selectFrom('function_trigger')
    .innerJoin('function', 'function.id', 'function_trigger.function_id')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('function.project_id', '=', projectId)
    .where('kind', 'in', kinds)
    .executeTakeFirstOrThrow();
  const { count: ofFlows } = await tx
    .selectFrom('flow_trigger')
    .innerJoin('flow', 'flow.id', 'flow_trigger.flow_id')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('flow.project_id', '=', projectId)
    .where('flow_trigger.kind', 'in', kinds)
    .executeTakeFirstOrThrow();
  return Number(ofFunctions) + Number(ofFlows);
}

function changeable(
  { settings: { kind, ...settings }, active, since, modifiedAt }: Trigger,
  { uniqueKey, source }: TriggerKeys,
) {
  return {
    kind,
    name: settings.name,
    active: active ? 1 : 0,
    settings: JSON.stringify(settings),
    route_key: uniqueKey ?? null,
    source: source ?? null,
    since,
    modified_at: modifiedAt,
  };
}

async function unlessTaken(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}
