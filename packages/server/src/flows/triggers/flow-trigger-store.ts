import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { countOfKinds, firedIn, type KindQuota, TickStore, type TriggerSettings } from '../../control/index.ts';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { Flow } from '../types.ts';
import type { DefinedTrigger, FlowTrigger } from './flow-trigger.ts';

const SECOND_MS = 1000;

/** Rows of the triggers of flows; they are written with their flow. */
export class FlowTriggerStore {
  readonly #db: Kysely<Schema>;
  readonly ticks: TickStore;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
    this.ticks = new TickStore(db, 'flow_trigger');
  }

  /** Those of these ids that exist; all without ids. */
  async load(ids: readonly string[] | undefined): Promise<FlowTrigger[]> {
    const rows = await this.#db
      .selectFrom('flow_trigger')
      .innerJoin('flow', 'flow.id', 'flow_trigger.flow_id')
      .selectAll('flow_trigger')
      .select(['flow.project_id', 'flow.name as flow_name'])
      .$if(ids !== undefined, (query) => query.where('flow_trigger.id', 'in', [...(ids ?? [])]))
      .execute();
    return rows.map((row) => ({
      id: row.id,
      flow: { id: row.flow_id, projectId: row.project_id, name: row.flow_name },
      type: row.kind,
      name: row.name,
      settings: JSON.parse(row.settings) as TriggerSettings,
      routeKey: row.route_key ?? undefined,
      source: row.source ?? undefined,
      secretSeed: row.secret_seed ?? undefined,
      since: Number(row.since),
      fired: firedIn(row),
      modifiedAt: Number(row.modified_at),
    }));
  }

  /** False when it does not exist any more. */
  async renewSecret(id: string, now: number): Promise<boolean> {
    const values = { secret_seed: randomUUID(), modified_at: now };
    const { numUpdatedRows } = await this.#db
      .updateTable('flow_trigger')
      .set(values)
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }
}

/** A path that a trigger wants is served by another one. */
export class RouteTaken extends Error {}

/** The project has as many triggers of a kind as it may have. */
export class TriggersFull extends Error {
  readonly trigger: DefinedTrigger;

  constructor(trigger: DefinedTrigger) {
    super();
    this.trigger = trigger;
  }
}

/** Replaces the triggers of a flow. What is the same as before keeps its beat. Throws `RouteTaken`, `TriggersFull`. */
export async function putTriggers(
  tx: Transaction<Schema>,
  { id: flowId, projectId }: Pick<Flow, 'id' | 'projectId'>,
  { triggers, now }: { readonly triggers: readonly DefinedTrigger[]; readonly now: number },
): Promise<void> {
  const rows = await tx.selectFrom('flow_trigger').selectAll().where('flow_id', '=', flowId).execute();
  const before = new Map(rows.map((row) => [row.id, row]));
  const requested = new Set(triggers.map(({ id }) => id));
  const changed = triggers.filter(({ id, settings }) => before.get(id)?.settings !== JSON.stringify(settings));
  const stale = [...before.keys()].filter((id) => !requested.has(id));
  // the paths of changed triggers may be swapped
  const freed = [...stale, ...changed.map(({ id }) => id).filter((id) => before.has(id))];
  if (freed.length > 0)
    await tx.updateTable('flow_trigger').set({ route_key: null }).where('id', 'in', freed).execute();
  if (stale.length > 0) {
    await tx.deleteFrom('flow_trigger').where('id', 'in', stale).execute();
    // a trigger that comes back has the same id, and begins anew
    for (const table of ['trigger_checkpoint', 'log_position', 'broker_state'] as const)
      await tx.deleteFrom(table).where('trigger_id', 'in', stale).execute();
  }
  for (const { id, kind, name, settings, routeKey, source } of changed) {
    const known = before.get(id);
    const keepsSince =
      known !== undefined && (kind.keepsSince?.(JSON.parse(known.settings) as TriggerSettings, settings) ?? true);
    const values = {
      kind: kind.type,
      name,
      settings: JSON.stringify(settings),
      route_key: routeKey ?? null,
      source: source ?? null,
      since: keepsSince ? Number(known.since) : Math.floor(now / SECOND_MS) * SECOND_MS,
      modified_at: now,
    };
    try {
      if (known !== undefined) await tx.updateTable('flow_trigger').set(values).where('id', '=', id).execute();
      else
        await tx
          .insertInto('flow_trigger')
          .values({ ...values, id, flow_id: flowId, secret_seed: kind.hasSecret ? randomUUID() : null })
          .execute();
    } catch (error) {
      throw isUniqueViolation(error) ? new RouteTaken() : error;
    }
  }
  await refuseFull(
    tx,
    projectId,
    triggers.filter(({ id }) => !before.has(id)),
  );
}

async function refuseFull(tx: Transaction<Schema>, projectId: string, added: readonly DefinedTrigger[]): Promise<void> {
  const quotas = new Map<KindQuota, DefinedTrigger>();
  for (const trigger of added) {
    const { mostOfProject } = trigger.kind;
    if (mostOfProject !== undefined) quotas.set(mostOfProject, trigger);
  }
  for (const [{ kinds, most }, trigger] of quotas) {
    if ((await countOfKinds(tx, projectId, kinds)) > most) throw new TriggersFull(trigger);
  }
}
