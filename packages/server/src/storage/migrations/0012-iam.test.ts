import { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { expect, it } from 'vitest';
import { SqliteDialect } from '../dialects/sqlite/dialect.ts';
import { InlineLink } from '../dialects/sqlite/link.ts';
import { TransactionGate } from '../dialects/sqlite/transaction-gate.ts';
import { migrations } from './index.ts';

interface Tables {
  domain: { id: string; name: string; operator?: number };
  project: { id: string; domain_id: string; name: string; description?: string };
  user_account: { id: string; domain_id: string; name: string; password_hash: string; created_at: number };
  access_key: { access_key: string; user_id: string; sealed_secret: string; created_at: number };
  auth_token: { token_hash: string; user_id: string; project_id: string; expires_at: number };
  iam_user: { id: string; domain_id: string; name: string; password_hash: string; enabled: number };
  iam_access_key: { access_key: string; user_id: string; sealed_secret: string; enabled: number };
  iam_group: { id: string; domain_id: string; name: string };
  iam_group_member: { group_id: string; user_id: string };
  iam_grant: { principal_id: string; policy_id: string; scope_kind: string; scope_id: string };
}

it('keeps the first account with its password and key, as an administrator that looks after the machine', async () => {
  const link = new InlineLink(':memory:');
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect(link, new TransactionGate(link, { maxTransactionMs: 10_000 })),
  });
  const known = (names: readonly string[]): Record<string, Migration> =>
    Object.fromEntries(Object.entries(migrations).filter(([name]) => names.includes(name)));
  const names = Object.keys(migrations);
  const migrate = async (upTo: readonly string[]): Promise<void> => {
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(known(upTo)) } });
    const { error } = await migrator.migrateToLatest();
    expect(error).toBeUndefined();
  };
  try {
    await migrate(names.slice(0, names.indexOf('0012-iam')));
    await db.insertInto('domain').values({ id: 'd1', name: 'default' }).execute();
    await db.insertInto('project').values({ id: 'p1', domain_id: 'd1', name: 'default' }).execute();
    const user = { id: 'u1', domain_id: 'd1', name: 'admin', password_hash: 'scrypt$00$00', created_at: 7 };
    await db.insertInto('user_account').values(user).execute();
    const key = { access_key: 'AK', user_id: 'u1', sealed_secret: 'sealed', created_at: 8 };
    await db.insertInto('access_key').values(key).execute();
    const token = { token_hash: 't', user_id: 'u1', project_id: 'p1', expires_at: 9 };
    await db.insertInto('auth_token').values(token).execute();
    await migrate(names);
    expect(await db.selectFrom('iam_user').selectAll().execute()).toMatchObject([
      { id: 'u1', domain_id: 'd1', name: 'admin', password_hash: 'scrypt$00$00', enabled: 1 },
    ]);
    expect(await db.selectFrom('iam_access_key').selectAll().execute()).toMatchObject([
      { access_key: 'AK', user_id: 'u1', sealed_secret: 'sealed', enabled: 1 },
    ]);
    expect(await db.selectFrom('domain').selectAll().execute()).toMatchObject([{ id: 'd1', operator: 1 }]);
    const [group] = await db.selectFrom('iam_group').selectAll().execute();
    expect(group).toMatchObject({ domain_id: 'd1', name: 'admin' });
    const groupId = group?.id ?? '';
    expect(await db.selectFrom('iam_group_member').selectAll().execute()).toEqual([
      { group_id: groupId, user_id: 'u1' },
    ]);
    const grants = await db.selectFrom('iam_grant').selectAll().orderBy('policy_id').execute();
    expect(grants.map((grant) => [grant.principal_id, grant.policy_id, grant.scope_kind, grant.scope_id])).toEqual([
      [groupId, 'secu_admin', 'domain', 'd1'],
      [groupId, 'te_admin', 'domain', 'd1'],
    ]);
  } finally {
    await db.destroy();
    await link.close();
  }
});
