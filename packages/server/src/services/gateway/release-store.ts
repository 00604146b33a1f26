import type { Kysely, Selectable } from 'kysely';
import { RELEASE } from '../../control/index.ts';
import { isMissingReference } from '../../lib/missing-reference.ts';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { ApiDefinition, Release } from './types.ts';

export interface NewRelease extends Omit<Release, 'number' | 'live'> {
  readonly routeKey: string;
  readonly bytes: number;
}

interface Limits {
  /** Of all live releases of the project. */
  readonly bytes: number;
  /** Releases of an API in a stage; the oldest are removed. */
  readonly history: number;
}

/** Rows of releases. A change of one is a transaction that holds the row of its group. */
export class GatewayReleaseStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** The live ones of the ids; all live ones without ids. */
  async load(ids: readonly string[] | undefined): Promise<Release[]> {
    const rows = await this.#db
      .selectFrom('gateway_release')
      .selectAll()
      .where('live', '=', 1)
      .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
      .execute();
    return rows.map(toRelease);
  }

  /** Newest first. */
  async list(apiId: string, stage: string): Promise<Release[]> {
    const rows = await this.#db
      .selectFrom('gateway_release')
      .selectAll()
      .where('api_id', '=', apiId)
      .where('stage', '=', stage)
      .orderBy('number', 'desc')
      .execute();
    return rows.map(toRelease);
  }

  /** Replaces the live release of the API in the stage. */
  async publish(release: NewRelease, limits: Limits): Promise<Release | 'taken' | 'quota' | 'gone'> {
    try {
      return await this.#db.transaction().execute(async (tx) => {
        const number = await nextNumber(tx, release.groupId);
        if (number === undefined || !(await hasStage(tx, release))) return 'gone';
        await end(tx, release);
        const { bytes } = await tx
          .selectFrom('gateway_release')
          .where('project_id', '=', release.projectId)
          .where('live', '=', 1)
          .select(({ fn }) => fn.sum('bytes').as('bytes'))
          .executeTakeFirstOrThrow();
        if (Number(bytes ?? 0) + release.bytes > limits.bytes) throw new OverQuota();
        await insert(tx, release, number);
        await trim(tx, release, limits.history);
        const { routeKey: _, bytes: __, ...published } = release;
        return { ...published, number, live: true };
      });
    } catch (error) {
      if (error instanceof OverQuota) return 'quota';
      if (isUniqueViolation(error)) return 'taken';
      if (isMissingReference(error)) return 'gone';
      throw error;
    }
  }

  /** False when the API has no live release in the stage. */
  unpublish(groupId: string, release: Pick<Release, 'apiId' | 'stage'>): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      if ((await nextNumber(tx, groupId)) === undefined) return false;
      return end(tx, release);
    });
  }
}

/** Takes back the end of the release before. */
class OverQuota extends Error {}

/** Other changes of the group wait until the end of the transaction. Undefined when the group does not exist. */
async function nextNumber(tx: Kysely<Schema>, groupId: string): Promise<number | undefined> {
  const row = await tx
    .updateTable('gateway_group')
    .set(({ eb }) => ({ last_release: eb('last_release', '+', 1) }))
    .where('id', '=', groupId)
    .returning('last_release')
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.last_release);
}

async function hasStage(tx: Kysely<Schema>, { groupId, stage }: NewRelease): Promise<boolean> {
  if (stage === RELEASE) return true;
  const query = tx.selectFrom('gateway_stage').select('name').where('group_id', '=', groupId).where('name', '=', stage);
  return (await query.executeTakeFirst()) !== undefined;
}

async function end(tx: Kysely<Schema>, { apiId, stage }: Pick<Release, 'apiId' | 'stage'>): Promise<boolean> {
  const result = await tx
    .updateTable('gateway_release')
    .set({ live: 0 })
    .where('api_id', '=', apiId)
    .where('stage', '=', stage)
    .where('live', '=', 1)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

async function insert(tx: Kysely<Schema>, release: NewRelease, number: number): Promise<void> {
  const values = {
    id: release.id,
    api_id: release.apiId,
    group_id: release.groupId,
    project_id: release.projectId,
    stage: release.stage,
    number,
    definition: JSON.stringify(release.definition),
    route_key: release.routeKey,
    bytes: release.bytes,
    live: 1,
    description: release.description,
    published_by: release.publishedBy,
    published_at: release.publishedAt,
  };
  await tx.insertInto('gateway_release').values(values).execute();
}

async function trim(tx: Kysely<Schema>, { apiId, stage }: NewRelease, history: number): Promise<void> {
  const oldest = await tx
    .selectFrom('gateway_release')
    .select('number')
    .where('api_id', '=', apiId)
    .where('stage', '=', stage)
    .orderBy('number', 'desc')
    .offset(history)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await tx
    .deleteFrom('gateway_release')
    .where('api_id', '=', apiId)
    .where('stage', '=', stage)
    .where('number', '<=', oldest.number)
    .execute();
}

function toRelease(row: Selectable<Schema['gateway_release']>): Release {
  return {
    id: row.id,
    apiId: row.api_id,
    groupId: row.group_id,
    projectId: row.project_id,
    stage: row.stage,
    number: Number(row.number),
    definition: JSON.parse(row.definition) as ApiDefinition,
    live: Number(row.live) === 1,
    description: row.description,
    publishedBy: row.published_by,
    publishedAt: Number(row.published_at),
  };
}
