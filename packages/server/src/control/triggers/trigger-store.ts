import type { Kysely } from 'kysely';
import { type AtomicStatement, isUniqueViolation, prepared, type Schema } from '../../storage/index.ts';
import type { Firing, Trigger } from './types.ts';

interface Tick extends Firing {
  readonly id: string;
  readonly modifiedAt: number;
}

/** See `TriggerRules`. */
interface TriggerKeys {
  readonly uniqueKey: string | undefined;
  readonly source: string | undefined;
}

/** Rows of triggers; no rules but uniqueness. Rows go with their function, version or alias. */
export class TriggerStore {
  readonly #db: Kysely<Schema>;
  readonly #fire: (tick: Tick) => AtomicStatement['query'];

  constructor(db: Kysely<Schema>) {
    this.#db = db;
    this.#fire = prepared<keyof Tick>((marker) =>
      db
        .updateTable('function_trigger')
        .set({ fired_at: marker('tick'), fired_steady: marker('steady') })
        .where('id', '=', marker('id'))
        .where('active', '=', 1)
        .where('modified_at', '=', marker('modifiedAt'))
        .where((eb) =>
          eb.or([
            eb('fired_at', 'is', null),
            eb('fired_at', '<', marker('tick')),
            eb('fired_steady', '<=', marker('lastBefore')),
          ]),
        ),
    );
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
      since: Number(row.since),
      fired: row.fired_at === null ? undefined : { tick: Number(row.fired_at), steady: Number(row.fired_steady ?? 0) },
      createdAt: Number(row.created_at),
      modifiedAt: Number(row.modified_at),
    }));
  }

  /** The last ticks of all timers that have fired. */
  async lastTicks(): Promise<Map<string, NonNullable<Trigger['fired']>>> {
    const rows = await this.#db
      .selectFrom('function_trigger')
      .select(['id', 'fired_at', 'fired_steady'])
      .where('fired_at', 'is not', null)
      .execute();
    return new Map(rows.map((row) => [row.id, { tick: Number(row.fired_at), steady: Number(row.fired_steady ?? 0) }]));
  }

  /** False when its name or its unique key is taken. */
  async insert(trigger: Trigger, keys: TriggerKeys): Promise<boolean> {
    const { id, functionId, qualifier, createdAt } = trigger;
    const values = { id, function_id: functionId, qualifier, created_at: createdAt, ...changeable(trigger, keys) };
    return unlessTaken(this.#db.insertInto('function_trigger').values(values).execute());
  }

  /** False when its name or its unique key is taken. The last tick is kept. */
  async replace(trigger: Trigger, keys: TriggerKeys): Promise<boolean> {
    const { id } = trigger;
    return unlessTaken(
      this.#db.updateTable('function_trigger').set(changeable(trigger, keys)).where('id', '=', id).execute(),
    );
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#db
      .deleteFrom('function_trigger')
      .where('id', 'in', [...ids])
      .execute();
  }

  /** Notes a tick. Affects no row when it or a later one was noted, or the trigger was changed, disabled or deleted. */
  fire({ id, modifiedAt }: Trigger, firing: Firing): AtomicStatement {
    return { query: this.#fire({ id, modifiedAt, ...firing }), mustAffect: true };
  }
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
