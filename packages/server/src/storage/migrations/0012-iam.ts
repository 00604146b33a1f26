import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The earlier tables, as this step reads them. */
interface Before {
  domain: { id: string; operator: number };
  user_account: { id: string; domain_id: string; name: string; password_hash: string; created_at: number };
  access_key: { access_key: string; user_id: string; sealed_secret: string; created_at: number };
  iam_user: {
    id: string;
    domain_id: string;
    name: string;
    password_hash: string;
    description: string;
    enabled: number;
    created_at: number;
    sessions_from: number;
    last_login_at: number | null;
  };
  iam_access_key: {
    access_key: string;
    user_id: string;
    sealed_secret: string;
    description: string;
    enabled: number;
    created_at: number;
    last_used_at: number | null;
  };
  iam_group: { id: string; domain_id: string; name: string; description: string; created_at: number };
  iam_group_member: { group_id: string; user_id: string };
  iam_grant: {
    principal_kind: string;
    principal_id: string;
    policy_id: string;
    scope_kind: string;
    scope_id: string;
    created_at: number;
  };
}

async function addColumns(db: Kysely<Before>): Promise<void> {
  await db.schema
    .alterTable('domain')
    .addColumn('operator', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable('project')
    .addColumn('description', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  // There was one account: the one that operates the machine.
  await db.updateTable('domain').set({ operator: 1 }).execute();
}

/** User names were unique across all accounts; now they are unique within one. */
async function createUsers(db: Kysely<Before>): Promise<void> {
  await db.schema
    .createTable('iam_user')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('domain_id', 'text', (c) => c.notNull().references('domain.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('password_hash', 'text', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('enabled', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('sessions_from', 'bigint', (c) => c.notNull())
    .addColumn('last_login_at', 'bigint')
    .addUniqueConstraint('iam_user_name', ['domain_id', 'name'])
    .execute();
  await db.schema
    .createTable('iam_access_key')
    .addColumn('access_key', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull().references('iam_user.id').onDelete('cascade'))
    .addColumn('sealed_secret', 'text', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('enabled', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .execute();
  const users = await db.selectFrom('user_account').selectAll().execute();
  for (const user of users) {
    const more = { description: '', enabled: 1, sessions_from: 0, last_login_at: null };
    await db
      .insertInto('iam_user')
      .values({ ...user, ...more })
      .execute();
  }
  for (const key of await db.selectFrom('access_key').selectAll().execute()) {
    const more = { description: '', enabled: 1, last_used_at: null };
    await db
      .insertInto('iam_access_key')
      .values({ ...key, ...more })
      .execute();
  }
  // Children first; tokens now carry their claims, and users log in again.
  for (const table of ['auth_token', 'access_key', 'user_account']) await db.schema.dropTable(table).execute();
}

async function createRights(db: Kysely<Before>): Promise<void> {
  await db.schema
    .createTable('iam_group')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('domain_id', 'text', (c) => c.notNull().references('domain.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('iam_group_name', ['domain_id', 'name'])
    .execute();
  await db.schema
    .createTable('iam_group_member')
    .addColumn('group_id', 'text', (c) => c.notNull().references('iam_group.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('iam_user.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('iam_group_member_key', ['group_id', 'user_id'])
    .execute();
  await db.schema
    .createTable('iam_policy')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('domain_id', 'text', (c) => c.notNull().references('domain.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('document', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('modified_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('iam_policy_name', ['domain_id', 'name'])
    .execute();
  await db.schema
    .createTable('iam_agency')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('domain_id', 'text', (c) => c.notNull().references('domain.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('trusted_service', 'text', (c) => c.notNull())
    .addColumn('duration', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addUniqueConstraint('iam_agency_name', ['domain_id', 'name'])
    .execute();
  await db.schema
    .createTable('iam_grant')
    .addColumn('principal_kind', 'text', (c) => c.notNull())
    .addColumn('principal_id', 'text', (c) => c.notNull())
    .addColumn('policy_id', 'text', (c) => c.notNull())
    .addColumn('scope_kind', 'text', (c) => c.notNull())
    .addColumn('scope_id', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('iam_grant_key', ['principal_kind', 'principal_id', 'policy_id', 'scope_kind', 'scope_id'])
    .execute();
  await db.schema
    .createTable('enterprise_project')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('domain_id', 'text', (c) => c.notNull().references('domain.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('enabled', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('enterprise_project_name', ['domain_id', 'name'])
    .execute();
}

/** Users that could do everything before keep that right. */
async function makeAdministrators(db: Kysely<Before>): Promise<void> {
  const users = await db.selectFrom('iam_user').select(['id', 'domain_id', 'created_at']).execute();
  for (const { id } of await db.selectFrom('domain').select('id').execute()) {
    const own = users.filter((user) => user.domain_id === id);
    const created_at = Number(own[0]?.created_at ?? 0);
    const group = { id: randomBytes(16).toString('hex'), domain_id: id, name: 'admin', description: 'Administrators' };
    await db
      .insertInto('iam_group')
      .values({ ...group, created_at })
      .execute();
    for (const user of own) {
      await db.insertInto('iam_group_member').values({ group_id: group.id, user_id: user.id }).execute();
    }
    for (const policy_id of ['te_admin', 'secu_admin']) {
      const principal = { principal_kind: 'group', principal_id: group.id };
      const scope = { scope_kind: 'domain', scope_id: id };
      await db
        .insertInto('iam_grant')
        .values({ ...principal, ...scope, policy_id, created_at })
        .execute();
    }
  }
}

export const iam0012: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const typed = db as Kysely<Before>;
    await addColumns(typed);
    await createUsers(typed);
    await createRights(typed);
    await makeAdministrators(typed);
  },
};
