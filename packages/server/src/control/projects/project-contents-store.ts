import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';

/** Contents that prevent the deletion of a project, with the name of one of them. */
const KINDS = [
  ['function', 'function', 'functions'],
  ['dependency', 'dependency', 'dependencies'],
  ['application', 'application', 'applications'],
  ['gateway_app', 'gateway app', 'gateway apps'],
  ['gateway_group', 'gateway group', 'gateway groups'],
  ['flow', 'flow', 'flows'],
  ['topic', 'topic', 'topics'],
  ['bucket', 'bucket', 'buckets'],
  ['stream', 'stream', 'streams'],
] as const;

/** Counts the rows that belong to projects; no rules. */
export class ProjectContentsStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** `2 functions`, `1 dependency`: nothing for an empty project. */
  async describe(projectId: string): Promise<string[]> {
    const found: string[] = [];
    for (const [table, one, many] of KINDS) {
      const { count } = await this.#db
        .selectFrom(table)
        .where('project_id', '=', projectId)
        .select(({ fn }) => fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      const number = Number(count);
      if (number > 0) found.push(`${number} ${number === 1 ? one : many}`);
    }
    return found;
  }
}
