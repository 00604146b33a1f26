import type { Kysely } from 'kysely';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';

/** What was made from a project file in one stage. */
export interface DeploymentRow {
  project_id: string;
  name: string;
  stage: string;
  /** One more after each change. */
  revision: number;
  /** JSON list, as the API has it. */
  resources: string;
  /** Ms since the epoch. */
  modified_at: number;
}

type Tables = {
  deployment: DeploymentRow;
};

type Place = Pick<DeploymentRow, 'project_id' | 'name' | 'stage'>;

/** Rows of deployments; no rules but the revision and the quota, which only a transaction can hold. */
export class DeploymentStore {
  readonly #db: Kysely<Schema & Tables>;

  constructor(db: Kysely<Schema>) {
    this.#db = db.withTables<Tables>();
  }

  /** By name and stage. */
  async list(projectId: string): Promise<Omit<DeploymentRow, 'resources'>[]> {
    return this.#db
      .selectFrom('deployment')
      .select(['project_id', 'name', 'stage', 'revision', 'modified_at'])
      .where('project_id', '=', projectId)
      .orderBy('name')
      .orderBy('stage')
      .execute();
  }

  async find({ project_id, name, stage }: Place): Promise<DeploymentRow | undefined> {
    return this.#db
      .selectFrom('deployment')
      .selectAll()
      .where('project_id', '=', project_id)
      .where('name', '=', name)
      .where('stage', '=', stage)
      .executeTakeFirst();
  }

  /** Returns the reason when it cannot. */
  async insert(row: DeploymentRow, most: number): Promise<'stored' | 'changed' | 'quota'> {
    try {
      await this.#db.transaction().execute(async (tx) => {
        await tx.insertInto('deployment').values(row).execute();
        const { count } = await tx
          .selectFrom('deployment')
          .where('project_id', '=', row.project_id)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) > most) throw new OverQuota();
      });
      return 'stored';
    } catch (error) {
      if (error instanceof OverQuota) return 'quota';
      if (isUniqueViolation(error)) return 'changed';
      throw error;
    }
  }

  /** False when the stored row does not have the revision before that of `row`. */
  async replace(row: DeploymentRow): Promise<boolean> {
    const { revision, resources, modified_at } = row;
    const result = await this.#db
      .updateTable('deployment')
      .set({ revision, resources, modified_at })
      .where('project_id', '=', row.project_id)
      .where('name', '=', row.name)
      .where('stage', '=', row.stage)
      .where('revision', '=', revision - 1)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) === 1;
  }

  /** False when there is none. */
  async remove({ project_id, name, stage }: Place): Promise<boolean> {
    const result = await this.#db
      .deleteFrom('deployment')
      .where('project_id', '=', project_id)
      .where('name', '=', name)
      .where('stage', '=', stage)
      .executeTakeFirst();
    return Number(result.numDeletedRows) === 1;
  }
}

/** Takes a transaction back. */
class OverQuota extends Error {}
