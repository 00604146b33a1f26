import type { AtomicStatement, Storage } from '../storage/index.ts';
import { keyRow, userRow } from './identity-store.ts';
import type { OwnerRows } from './owner.ts';
import { grantRow } from './rights-store.ts';

/** Stores an administrator of the machine in one commit: after a crash all of it exists or nothing. */
export async function storeOwner(
  { db, atomic }: Pick<Storage, 'db' | 'atomic'>,
  { domain, project, user, userExists, group, membership, grants, key }: OwnerRows,
): Promise<void> {
  const statements: AtomicStatement[] = [];
  const add = (query: { compile(): AtomicStatement['query'] }): void => {
    statements.push({ query: query.compile() });
  };
  if (domain !== undefined) {
    add(db.insertInto('domain').values({ ...domain, operator: domain.operator ? 1 : 0 }));
  }
  if (project !== undefined) {
    const { id, name, domainId, description } = project;
    add(db.insertInto('project').values({ id, name, domain_id: domainId, description }));
  }
  if (userExists) add(db.updateTable('iam_user').set(userRow(user)).where('id', '=', user.id));
  else add(db.insertInto('iam_user').values(userRow(user)));
  if (group !== undefined) {
    const { id, name, domainId, description, createdAt } = group;
    add(db.insertInto('iam_group').values({ id, name, domain_id: domainId, description, created_at: createdAt }));
  }
  if (membership !== undefined) {
    add(db.insertInto('iam_group_member').values({ group_id: membership.groupId, user_id: membership.userId }));
  }
  for (const grant of grants) {
    add(db.insertInto('iam_grant').values({ ...grantRow(grant), created_at: key.createdAt }));
  }
  add(db.deleteFrom('iam_access_key').where('user_id', '=', user.id));
  add(db.insertInto('iam_access_key').values(keyRow(key)));
  await atomic(statements);
}
