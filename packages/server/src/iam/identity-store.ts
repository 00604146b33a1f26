import { type Expression, expressionBuilder, type Kysely, type SqlBool } from 'kysely';
import { type Inserted, insertWithin, isUniqueViolation, type Schema } from '../storage/index.ts';
import { type AccessKey, type Domain, FIRST_GENERATION, type Project, type User } from './types.ts';

export interface StoredKey extends AccessKey {
  readonly sealedSecret: string;
  /** Id of the user or agency that disabled it; empty for an unknown one. */
  readonly disabledBy: string;
}

export type Ids = ReadonlySet<string> | undefined;

/** What may change of a user. */
export type UserColumns = Partial<Pick<User, 'name' | 'description' | 'enabled' | 'passwordHash' | 'sessionsFrom'>>;

/** Whether a column has one of these values; true without values. */
export function among(column: string, values: Ids): Expression<SqlBool> {
  const eb = expressionBuilder<Record<string, Record<string, string>>, string>();
  return values === undefined ? eb.lit(true) : eb(column, 'in', [...values]);
}

/** Whether a row was added; `false` when the name exists. */
export async function added(insert: () => Promise<unknown>): Promise<boolean> {
  try {
    await insert();
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

/** The database sets the generation of sessions itself. */
export const userRow = (user: Omit<User, 'sessionGeneration'>) => ({
  id: user.id,
  domain_id: user.domainId,
  name: user.name,
  password_hash: user.passwordHash,
  description: user.description,
  enabled: user.enabled ? 1 : 0,
  created_at: user.createdAt,
  sessions_from: user.sessionsFrom,
  last_login_at: user.lastLoginAt,
});

export const keyRow = (key: StoredKey) => ({
  access_key: key.accessKey,
  user_id: key.userId,
  sealed_secret: key.sealedSecret,
  description: key.description,
  enabled: key.enabled ? 1 : 0,
  created_at: key.createdAt,
  last_used_at: key.lastUsedAt,
  disabled_by: key.disabledBy,
});

const optionalNumber = (value: number | null): number | null => (value === null ? null : Number(value));

/** Rows of accounts, projects, users and their keys; no rules. Lists hold those of the ids, and all without ids. */
export class IdentityStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async domains(ids?: Ids): Promise<Domain[]> {
    const rows = await this.#db.selectFrom('domain').selectAll().where(among('id', ids)).orderBy('id').execute();
    return rows.map(({ id, name, operator }) => ({ id, name, operator: operator === 1 }));
  }

  addDomain({ id, name, operator }: Domain): Promise<boolean> {
    return added(() =>
      this.#db
        .insertInto('domain')
        .values({ id, name, operator: operator ? 1 : 0 })
        .execute(),
    );
  }

  async projects(ids?: Ids): Promise<Project[]> {
    const rows = await this.#db.selectFrom('project').selectAll().where(among('id', ids)).orderBy('id').execute();
    return rows.map(({ id, name, domain_id, description }) => ({ id, name, domainId: domain_id, description }));
  }

  addProject({ id, name, domainId, description }: Project, most: number): Promise<Inserted> {
    const row = { id, name, domain_id: domainId, description };
    return insertWithin(this.#db, 'project', row, { by: ['domain_id'], most });
  }

  /** With its grants, all or nothing. */
  async removeProject(id: string): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx.deleteFrom('iam_grant').where('scope_kind', '=', 'project').where('scope_id', '=', id).execute();
      await tx.deleteFrom('async_status_log').where('project_id', '=', id).execute();
      await tx.deleteFrom('project').where('id', '=', id).execute();
    });
  }

  async users(ids?: Ids): Promise<User[]> {
    const rows = await this.#db
      .selectFrom('iam_user')
      .leftJoin('session_generation', 'session_generation.user_id', 'iam_user.id')
      .selectAll('iam_user')
      .select('session_generation.generation')
      .where(among('iam_user.id', ids))
      .orderBy('iam_user.id')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      domainId: row.domain_id,
      passwordHash: row.password_hash,
      description: row.description,
      enabled: row.enabled === 1,
      createdAt: Number(row.created_at),
      sessionsFrom: Number(row.sessions_from),
      sessionGeneration: row.generation ?? FIRST_GENERATION,
      lastLoginAt: optionalNumber(row.last_login_at),
    }));
  }

  addUser(user: User, most: number): Promise<Inserted> {
    return insertWithin(this.#db, 'iam_user', userRow(user), { by: ['domain_id'], most });
  }

  /** Writes these columns only: another server may have changed the others, such as the password. */
  changeUser(id: string, change: UserColumns): Promise<boolean> {
    const { name, description, enabled, passwordHash, sessionsFrom } = change;
    const columns = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }),
      ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
      ...(sessionsFrom === undefined ? {} : { sessions_from: sessionsFrom }),
    };
    if (Object.keys(columns).length === 0) return Promise.resolve(true);
    return added(() => this.#db.updateTable('iam_user').set(columns).where('id', '=', id).execute());
  }

  /** Changes nothing else, so that no change by the user is overwritten. */
  async setLastLogin(id: string, at: number): Promise<void> {
    await this.#db.updateTable('iam_user').set({ last_login_at: at }).where('id', '=', id).execute();
  }

  /** With the keys and memberships of the user. */
  async removeUser(id: string): Promise<void> {
    await this.#db.deleteFrom('iam_user').where('id', '=', id).execute();
  }

  async keys(accessKeys?: Ids): Promise<StoredKey[]> {
    const rows = await this.#db
      .selectFrom('iam_access_key')
      .selectAll()
      .where(among('access_key', accessKeys))
      .orderBy('created_at')
      .execute();
    return rows.map((row) => ({
      accessKey: row.access_key,
      userId: row.user_id,
      sealedSecret: row.sealed_secret,
      description: row.description,
      enabled: row.enabled === 1,
      createdAt: Number(row.created_at),
      lastUsedAt: optionalNumber(row.last_used_at),
      disabledBy: row.disabled_by,
    }));
  }

  addKey(key: StoredKey, most: number): Promise<Inserted> {
    return insertWithin(this.#db, 'iam_access_key', keyRow(key), { by: ['user_id'], most });
  }

  async replaceKey(key: StoredKey): Promise<void> {
    await this.#db.updateTable('iam_access_key').set(keyRow(key)).where('access_key', '=', key.accessKey).execute();
  }

  async setLastUse(accessKey: string, at: number): Promise<void> {
    await this.#db
      .updateTable('iam_access_key')
      .set({ last_used_at: at })
      .where('access_key', '=', accessKey)
      .execute();
  }

  async removeKey(accessKey: string): Promise<void> {
    await this.#db.deleteFrom('iam_access_key').where('access_key', '=', accessKey).execute();
  }
}
