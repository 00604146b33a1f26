import type { Kysely, Selectable } from 'kysely';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { Topic } from './types.ts';

export interface TopicFilter {
  readonly name: string | undefined;
  /** Beginning of the name. */
  readonly prefix: string | undefined;
}

/** Rows of topics; no rules but uniqueness and the quota, which only a transaction can hold. */
export class TopicStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async find(projectId: string, name: string): Promise<Topic | undefined> {
    const row = await this.#db
      .selectFrom('topic')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .executeTakeFirst();
    return row === undefined ? undefined : toTopic(row);
  }

  /** All of the project, by name. */
  async list(projectId: string, { name, prefix }: TopicFilter): Promise<Topic[]> {
    const rows = await this.#db
      .selectFrom('topic')
      .selectAll()
      .where('project_id', '=', projectId)
      .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
      .orderBy('name')
      .execute();
    return rows.filter((row) => prefix === undefined || row.name.startsWith(prefix)).map(toTopic);
  }

  count(projectId: string): Promise<number> {
    return countOf(this.#db, projectId);
  }

  async insert(topic: Topic, most: number): Promise<'added' | 'exists' | 'quota'> {
    try {
      return await this.#db.transaction().execute(async (tx) => {
        if ((await countOf(tx, topic.projectId)) >= most) return 'quota';
        const values = {
          id: topic.id,
          project_id: topic.projectId,
          name: topic.name,
          display_name: topic.displayName,
          enterprise_project_id: topic.enterpriseProjectId,
          created_at: topic.createdAt,
          modified_at: topic.modifiedAt,
        };
        await tx.insertInto('topic').values(values).execute();
        return 'added';
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  /** False when the topic does not exist any more. */
  async rename(id: string, displayName: string, modifiedAt: number): Promise<boolean> {
    const result = await this.#db
      .updateTable('topic')
      .set({ display_name: displayName, modified_at: modifiedAt })
      .where('id', '=', id)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) === 1;
  }

  /** With its subscriptions and messages. */
  async remove(id: string): Promise<boolean> {
    const result = await this.#db.deleteFrom('topic').where('id', '=', id).executeTakeFirst();
    return Number(result.numDeletedRows) === 1;
  }
}

function toTopic(row: Selectable<Schema['topic']>): Topic {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    displayName: row.display_name,
    enterpriseProjectId: row.enterprise_project_id,
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
  };
}

async function countOf(db: Kysely<Schema>, projectId: string): Promise<number> {
  const { count } = await db
    .selectFrom('topic')
    .where('project_id', '=', projectId)
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}
