import type { AtomicStatement, Storage } from '../storage/index.ts';

/** Removes an account with everything that identities keep of it, in one commit. Its projects must be empty. */
export async function removeAccount({ db, atomic }: Pick<Storage, 'db' | 'atomic'>, domainId: string): Promise<void> {
  const statements: AtomicStatement[] = [];
  const add = (query: { compile(): AtomicStatement['query'] }): void => {
    statements.push({ query: query.compile() });
  };
  const own = (table: 'project' | 'iam_group' | 'iam_agency' | 'iam_user') =>
    db.selectFrom(table).where('domain_id', '=', domainId).select('id');
  for (const table of ['iam_group', 'iam_agency', 'iam_user'] as const) {
    add(db.deleteFrom('iam_grant').where('principal_id', 'in', own(table)));
  }
  add(db.deleteFrom('async_status_log').where('project_id', 'in', own('project')));
  add(db.deleteFrom('share').where('holder_kind', '=', 'account').where('holder_id', '=', domainId));
  add(db.deleteFrom('share').where('holder_kind', '=', 'project').where('holder_id', 'in', own('project')));
  // keys and memberships go with their users
  for (const table of ['iam_user', 'iam_group', 'iam_policy', 'iam_agency', 'enterprise_project', 'project'] as const) {
    add(db.deleteFrom(table).where('domain_id', '=', domainId));
  }
  add(db.deleteFrom('domain').where('id', '=', domainId));
  await atomic(statements);
}
