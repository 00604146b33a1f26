import type { Kysely, Selectable, Transaction } from 'kysely';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { DefinedTrigger } from '../triggers/flow-trigger.ts';
import { putTriggers, RouteTaken, TriggersFull } from '../triggers/flow-trigger-store.ts';
import type { Flow } from '../types.ts';

type Db = Kysely<Schema> | Transaction<Schema>;

/** A definition as it is stored. */
export interface StoredDefinition {
  readonly digest: string;
  readonly body: string;
}

/** What is stored with a flow, and replaced with it. */
export interface StoredParts {
  readonly definition: StoredDefinition;
  readonly triggers: readonly DefinedTrigger[];
}

/** Rows of flows and definitions; no rules but uniqueness and the quota, which only a transaction can hold. */
export class FlowStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Newest first. */
  async list(projectId: string): Promise<Flow[]> {
    const rows = await this.#db
      .selectFrom('flow')
      .selectAll()
      .where('project_id', '=', projectId)
      .orderBy('created_at', 'desc')
      .orderBy('name')
      .execute();
    return rows.map(flowOf);
  }

  async find(id: string): Promise<Flow | undefined> {
    const row = await this.#db.selectFrom('flow').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : flowOf(row);
  }

  /** Of existing ones, by id. */
  async names(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('flow')
      .select(['id', 'name'])
      .where('id', 'in', [...ids])
      .execute();
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  async findByName(projectId: string, name: string): Promise<Flow | undefined> {
    const query = this.#db.selectFrom('flow').selectAll().where('project_id', '=', projectId);
    const row = await query.where('name', '=', name).executeTakeFirst();
    return row === undefined ? undefined : flowOf(row);
  }

  async count(projectId: string): Promise<number> {
    return countOf(this.#db, projectId);
  }

  async definition(digest: string): Promise<string | undefined> {
    const query = this.#db.selectFrom('flow_definition').select('body').where('digest', '=', digest);
    return (await query.executeTakeFirst())?.body;
  }

  /** Returns the reason when it cannot. */
  async insert(
    flow: Flow,
    { definition, triggers }: StoredParts,
    most: number,
  ): Promise<'added' | 'exists' | 'quota' | NotPut> {
    try {
      await this.#db.transaction().execute(async (tx) => {
        await putDefinition(tx, definition);
        await tx.insertInto('flow').values(rowOf(flow)).execute();
        // after the insert, so that an existing name is reported as such also when the quota is used up
        if ((await countOf(tx, flow.projectId)) > most) throw new OverQuota();
        await putTriggers(tx, flow, { triggers, now: flow.modifiedAt });
      });
      return 'added';
    } catch (error) {
      if (error instanceof OverQuota) return 'quota';
      if (isUniqueViolation(error)) return 'exists';
      return notPut(error);
    }
  }

  /** Returns the reason when it cannot. */
  async replace(flow: Flow, { definition, triggers }: StoredParts): Promise<'replaced' | 'missing' | NotPut> {
    try {
      return await this.#db.transaction().execute(async (tx) => {
        await putDefinition(tx, definition);
        const { id, created_by: _, created_at: __, ...changed } = rowOf(flow);
        const { numUpdatedRows } = await tx.updateTable('flow').set(changed).where('id', '=', id).executeTakeFirst();
        if (numUpdatedRows === 0n) return 'missing';
        await putTriggers(tx, flow, { triggers, now: flow.modifiedAt });
        return 'replaced';
      });
    } catch (error) {
      return notPut(error);
    }
  }

  /** Flows whose triggers have no rows yet, with their definitions. */
  async withoutTriggers(limit: number): Promise<Array<{ readonly flow: Flow; readonly body: string }>> {
    const rows = await this.#db
      .selectFrom('flow')
      .innerJoin('flow_definition', 'flow_definition.digest', 'flow.definition')
      .selectAll('flow')
      .select('body')
      .where('triggers_made', '=', 0)
      .limit(limit)
      .execute();
    return rows.map(({ body, ...row }) => ({ flow: flowOf(row), body }));
  }

  /** Does nothing for a flow that was saved meanwhile. */
  async makeTriggers(flow: Flow, triggers: readonly DefinedTrigger[], now: number): Promise<'made' | NotPut> {
    const { id, definition } = flow;
    try {
      await this.#db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('flow')
          .set({ triggers_made: 1 })
          .where('id', '=', id)
          .where('definition', '=', definition)
          .where('triggers_made', '=', 0)
          .executeTakeFirst();
        if (numUpdatedRows > 0n) await putTriggers(tx, flow, { triggers, now });
      });
      return 'made';
    } catch (error) {
      return notPut(error);
    }
  }

  /** False when it no longer exists, or while it has active runs. */
  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('flow')
      .where('id', '=', id)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('flow_run').select('run').where('flow_id', '=', id).where('ended_at', 'is', null))),
      )
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** Notes since when no flow has a definition. */
  async noteUnused(now: number): Promise<void> {
    await this.#db
      .updateTable('flow_definition')
      .set({ unused_since: now })
      .where('unused_since', 'is', null)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('flow').select('id').whereRef('flow.definition', '=', 'flow_definition.digest'))),
      )
      .execute();
  }

  /** Definitions that no flow has since before `before`, at most `limit`, after `after` in their order. */
  async unused(before: number, after: string, limit: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('flow_definition')
      .select('digest')
      .where('unused_since', '<', before)
      .where('digest', '>', after)
      .orderBy('digest')
      .limit(limit)
      .execute();
    return rows.map(({ digest }) => digest);
  }

  /** Unless a flow has got them meanwhile. */
  async removeDefinitions(digests: readonly string[], before: number): Promise<void> {
    if (digests.length === 0) return;
    await this.#db
      .deleteFrom('flow_definition')
      .where('digest', 'in', [...digests])
      .where('unused_since', '<', before)
      .execute();
  }
}

/** A path is taken, or the project may have no more triggers of the kind of this one. */
export type NotPut = 'route' | { readonly full: DefinedTrigger };

/** Rethrows other errors. */
function notPut(error: unknown): NotPut {
  if (error instanceof RouteTaken) return 'route';
  if (error instanceof TriggersFull) return { full: error.trigger };
  throw error;
}

class OverQuota extends Error {}

async function countOf(db: Db, projectId: string): Promise<number> {
  const { count } = await db
    .selectFrom('flow')
    .where('project_id', '=', projectId)
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function putDefinition(db: Db, { digest, body }: StoredDefinition): Promise<void> {
  await db
    .insertInto('flow_definition')
    .values({ digest, body, unused_since: null })
    .onConflict((conflict) => conflict.column('digest').doUpdateSet({ unused_since: null }))
    .execute();
}

function rowOf(flow: Flow): Schema['flow'] {
  return {
    id: flow.id,
    project_id: flow.projectId,
    name: flow.name,
    description: flow.description,
    mode: flow.mode,
    stream: flow.stream ? 1 : 0,
    enterprise_project_id: flow.enterpriseProjectId,
    definition: flow.definition,
    created_by: flow.createdBy,
    saved_by_kind: flow.savedBy.kind,
    saved_by_id: flow.savedBy.id,
    created_at: flow.createdAt,
    modified_at: flow.modifiedAt,
    triggers_made: 1,
  };
}

function flowOf(row: Selectable<Schema['flow']>): Flow {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    description: row.description,
    mode: row.mode,
    stream: row.stream === 1,
    enterpriseProjectId: row.enterprise_project_id,
    definition: row.definition,
    createdBy: row.created_by,
    savedBy: { kind: row.saved_by_kind, id: row.saved_by_id },
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
  };
}
