import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Tables in which every row belongs to a project. Rows that belong to a function are deleted with it. */
const OWNED = ['function', 'application', 'gateway_app', 'async_status_log'] as const;

/**
 * Requests with an empty project id could make public dependencies, and other rows of a project that does not exist.
 * Projects could be deleted while something was created in them. Such rows are removed, and public dependencies get an
 * owner that is no project id. Public versions that were installed have their version in the file name, uploaded ones
 * do not; functions that use a removed version run without it.
 */
export const projectOwners0021: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`delete from dependency_version where exists (
      select 1 from dependency where dependency.id = dependency_version.dependency_id
      and dependency.project_id = '' and dependency_version.file_name = dependency.name || '.zip')`.execute(db);
    await sql`delete from dependency where project_id = '' and not exists (
      select 1 from dependency_version where dependency_version.dependency_id = dependency.id)`.execute(db);
    await sql`update dependency set project_id = '*' where project_id = ''`.execute(db);
    await sql`delete from dependency where project_id <> '*' and project_id not in (select id from project)`.execute(
      db,
    );
    for (const table of OWNED) {
      await sql`delete from ${sql.table(table)} where project_id not in (select id from project)`.execute(db);
    }
  },
};
