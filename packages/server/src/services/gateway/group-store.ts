import type { Kysely, Selectable } from 'kysely';
import { isMissingReference } from '../../lib/missing-reference.ts';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import { lockGroup } from './lock-group-store.ts';
import type { Group, GroupChange, Stage } from './types.ts';

/** Rows of groups and their host names; no rules but uniqueness and quotas, which only a transaction can hold. */
export class GatewayGroupStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Those of the ids that exist; all without ids. By name. */
  async load(ids: readonly string[] | undefined): Promise<Group[]> {
    const rows = await this.#db
      .selectFrom('gateway_group')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
      .orderBy('name')
      .execute();
    const hosts = await this.#db
      .selectFrom('gateway_host')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('group_id', 'in', [...(ids ?? [])]))
      .orderBy('host')
      .execute();
    const stages = await this.#db
      .selectFrom('gateway_stage')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('group_id', 'in', [...(ids ?? [])]))
      .execute();
    const hostsOf = Map.groupBy(hosts, ({ group_id }) => group_id);
    const stagesOf = Map.groupBy(stages, ({ group_id }) => group_id);
    return rows.map((row) => ({
      id: row.id,
      projectId: row.project_id,
      name: row.name,
      description: row.description,
      hosts: hostsOf.get(row.id)?.map(({ host }) => host) ?? [],
      stages: new Map(stagesOf.get(row.id)?.map((stage) => [stage.name, toStage(stage)])),
      createdAt: Number(row.created_at),
    }));
  }

  async insert(
    { id, projectId, name, description, createdAt }: Group,
    most: number,
  ): Promise<'added' | 'exists' | 'quota'> {
    const values = { id, project_id: projectId, name, description, last_release: 0, created_at: createdAt };
    try {
      return await this.#db.transaction().execute(async (tx) => {
        const { count } = await tx
          .selectFrom('gateway_group')
          .where('project_id', '=', projectId)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) >= most) return 'quota';
        await tx.insertInto('gateway_group').values(values).execute();
        return 'added';
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  async update(id: string, change: GroupChange): Promise<'updated' | 'exists' | 'gone'> {
    try {
      const query = this.#db.updateTable('gateway_group').set(change).where('id', '=', id);
      return Number((await query.executeTakeFirst()).numUpdatedRows) === 1 ? 'updated' : 'gone';
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  /** With its hosts, APIs and releases. */
  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('gateway_group').where('id', '=', id).execute();
  }

  /** A host that the group has already is `bound` again. */
  async bind(
    host: string,
    groupId: string,
    { most, at }: { readonly most: number; readonly at: number },
  ): Promise<'bound' | 'taken' | 'quota' | 'gone'> {
    try {
      return await this.#db.transaction().execute(async (tx) => {
        if (!(await lockGroup(tx, groupId))) return 'gone';
        const owner = await tx
          .selectFrom('gateway_host')
          .select('group_id')
          .where('host', '=', host)
          .executeTakeFirst();
        if (owner !== undefined) return owner.group_id === groupId ? 'bound' : 'taken';
        const { count } = await tx
          .selectFrom('gateway_host')
          .where('group_id', '=', groupId)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) >= most) return 'quota';
        await tx.insertInto('gateway_host').values({ host, group_id: groupId, created_at: at }).execute();
        return 'bound';
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      if (isMissingReference(error)) return 'gone';
      throw error;
    }
  }

  async unbind(host: string, groupId: string): Promise<boolean> {
    const result = await this.#db
      .deleteFrom('gateway_host')
      .where('host', '=', host)
      .where('group_id', '=', groupId)
      .executeTakeFirst();
    return Number(result.numDeletedRows) === 1;
  }
}

function toStage({ name, description, variables }: Selectable<Schema['gateway_stage']>): Stage {
  return { name, description, variables: JSON.parse(variables) as Stage['variables'] };
}
