import type { Kysely } from 'kysely';
import type { Schema } from '../storage/index.ts';
import type { Domain, Project, User } from './types.ts';

export interface StoredKey {
  readonly accessKey: string;
  readonly userId: string;
  readonly sealedSecret: string;
}

export interface StoredToken {
  readonly userId: string;
  readonly projectId: string;
  readonly expiresAt: number;
}

/** Rows of identity; no rules. */
export class IdentityStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  domains(): Promise<Domain[]> {
    return this.#db.selectFrom('domain').selectAll().orderBy('id').execute();
  }

  async projects(): Promise<Project[]> {
    const rows = await this.#db.selectFrom('project').selectAll().orderBy('id').execute();
    return rows.map((row) => ({ id: row.id, name: row.name, domainId: row.domain_id }));
  }

  async users(): Promise<User[]> {
    const rows = await this.#db.selectFrom('user_account').selectAll().orderBy('id').execute();
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      domainId: row.domain_id,
      passwordHash: row.password_hash,
    }));
  }

  async keys(): Promise<StoredKey[]> {
    const rows = await this.#db.selectFrom('access_key').selectAll().execute();
    return rows.map((row) => ({ accessKey: row.access_key, userId: row.user_id, sealedSecret: row.sealed_secret }));
  }

  /** The first account, all or nothing. */
  async createAccount(account: {
    domain: Domain;
    project: Project;
    user: User;
    key: StoredKey;
    now: number;
  }): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx.insertInto('domain').values(account.domain).execute();
      await tx
        .insertInto('project')
        .values({ id: account.project.id, name: account.project.name, domain_id: account.domain.id })
        .execute();
      await tx
        .insertInto('user_account')
        .values({
          id: account.user.id,
          name: account.user.name,
          domain_id: account.domain.id,
          password_hash: account.user.passwordHash,
          created_at: account.now,
        })
        .execute();
      await tx
        .insertInto('access_key')
        .values({
          access_key: account.key.accessKey,
          user_id: account.user.id,
          sealed_secret: account.key.sealedSecret,
          created_at: account.now,
        })
        .execute();
    });
  }

  async addToken(hash: string, token: StoredToken): Promise<void> {
    await this.#db
      .insertInto('auth_token')
      .values({ token_hash: hash, user_id: token.userId, project_id: token.projectId, expires_at: token.expiresAt })
      .execute();
  }

  async token(hash: string): Promise<StoredToken | undefined> {
    const row = await this.#db.selectFrom('auth_token').selectAll().where('token_hash', '=', hash).executeTakeFirst();
    return row === undefined
      ? undefined
      : { userId: row.user_id, projectId: row.project_id, expiresAt: Number(row.expires_at) };
  }

  async dropTokensBefore(now: number): Promise<void> {
    await this.#db.deleteFrom('auth_token').where('expires_at', '<=', now).execute();
  }
}
