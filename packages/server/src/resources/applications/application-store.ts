import type { Kysely } from 'kysely';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { Application, ApplicationMember, ApplicationStatus } from './types.ts';

type Row = Schema['application'];

/** Rows of applications; no rules but uniqueness and the quota, which only a transaction can hold. */
export class ApplicationStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Newest first. */
  async list(projectId: string): Promise<Application[]> {
    const rows = await this.#db
      .selectFrom('application')
      .selectAll()
      .where('project_id', '=', projectId)
      .orderBy('created_at', 'desc')
      .orderBy('name')
      .execute();
    return rows.map(toApplication);
  }

  async find(projectId: string, id: string): Promise<Application | undefined> {
    const query = this.#db.selectFrom('application').selectAll().where('project_id', '=', projectId);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toApplication(row);
  }

  /** In the order in which they were made. */
  async members(id: string): Promise<ApplicationMember[]> {
    const rows = await this.#db
      .selectFrom('application_function')
      .innerJoin('function', 'function.id', 'application_function.function_id')
      .select(['function.id', 'function.package', 'function.name', 'application_function.role'])
      .where('application_id', '=', id)
      .orderBy('function.created_at')
      .orderBy('function.name')
      .execute();
    return rows.map((row) => ({ functionId: row.id, package: row.package, name: row.name, role: row.role }));
  }

  /** Returns the reason when it cannot. */
  async insert(application: Application, most: number): Promise<'added' | 'exists' | 'quota'> {
    try {
      await this.#db.transaction().execute(async (tx) => {
        await tx.insertInto('application').values(toRow(application)).execute();
        const { count } = await tx
          .selectFrom('application')
          .where('project_id', '=', application.projectId)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        // after the insert, so that an existing name is reported as such also when the quota is used up
        if (Number(count) > most) throw new OverQuota();
      });
      return 'added';
    } catch (error) {
      if (error instanceof OverQuota) return 'quota';
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  async addMember(id: string, functionId: string, role: string): Promise<void> {
    const values = { application_id: id, function_id: functionId, role };
    await this.#db.insertInto('application_function').values(values).execute();
  }

  async setStatus(id: string, status: ApplicationStatus, message: string, now: number): Promise<void> {
    await this.#db.updateTable('application').set({ status, message, modified_at: now }).where('id', '=', id).execute();
  }

  /** Applications that a stopped server was creating. */
  async failUnfinished(message: string, now: number): Promise<void> {
    await this.#db
      .updateTable('application')
      .set({ status: 'failed', message, modified_at: now })
      .where('status', '=', 'creating')
      .execute();
  }

  /** The functions themselves stay. */
  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('application').where('id', '=', id).execute();
  }
}

/** Takes a transaction back. */
class OverQuota extends Error {}

function toRow(application: Application): Row {
  return {
    id: application.id,
    project_id: application.projectId,
    name: application.name,
    template_id: application.templateId,
    description: application.description,
    status: application.status,
    message: application.message,
    created_at: application.createdAt,
    modified_at: application.modifiedAt,
  };
}

function toApplication(row: Row): Application {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    templateId: row.template_id,
    description: row.description,
    status: row.status as ApplicationStatus,
    message: row.message,
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
  };
}
