import { type Kysely, PostgresAdapter, sql, type Transaction } from 'kysely';
import type { Schema } from '../../storage/index.ts';
import { added, among, type Ids } from '../identity-store.ts';
import { FIRST_GENERATION } from '../types.ts';

/** Times are ms since the epoch. */
export interface ConsoleSession {
  /** Hash of the text in the cookie. */
  readonly id: string;
  readonly userId: string;
  /** The key that requested the sign-in link; null after a sign-in with a password. */
  readonly accessKey: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}

export interface UsedLink {
  readonly id: string;
  readonly expiresAt: number;
}

interface AddedWithin {
  /** Of one user. */
  readonly most: number;
  /** Of the user's sessions, when the proof was checked. */
  readonly generation: string;
  readonly link: UsedLink | undefined;
}

/** Rows of console sessions; no rules. */
export class ConsoleSessionStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async load(ids?: Ids): Promise<ConsoleSession[]> {
    const rows = await this.#db.selectFrom('console_session').selectAll().where(among('id', ids)).execute();
    return rows.map((row) => ({
      id: row.id,
      userId: row.user_id,
      accessKey: row.access_key,
      createdAt: Number(row.created_at),
      lastUsedAt: Number(row.last_used_at),
      expiresAt: Number(row.expires_at),
    }));
  }

  /**
   * Ends the least recently used sessions of the user beyond `most`. With a link, both are stored or none: false when the
   * link was used before. Stores no session of a user whose generation is another one by now.
   */
  add(session: ConsoleSession, limits: AddedWithin): Promise<boolean> {
    return added(() => this.#add(session, limits));
  }

  async #add(session: ConsoleSession, { most, generation, link }: AddedWithin): Promise<void> {
    const { id, userId, accessKey, createdAt, lastUsedAt, expiresAt } = session;
    const row = { access_key: accessKey, created_at: createdAt, last_used_at: lastUsedAt, expires_at: expiresAt };
    await this.#db.transaction().execute(async (tx) => {
      if (link !== undefined) {
        await tx.insertInto('console_link').values({ id: link.id, expires_at: link.expiresAt }).execute();
      }
      if ((await lockedGeneration(tx, userId)) !== generation) return;
      await tx
        .insertInto('console_session')
        .values({ id, user_id: userId, ...row })
        .execute();
      const kept = tx
        .selectFrom('console_session')
        .select('id')
        .where('user_id', '=', userId)
        .orderBy(sql`case when id = ${id} then 0 else 1 end`)
        .orderBy('last_used_at', 'desc')
        .limit(most);
      await tx.deleteFrom('console_session').where('user_id', '=', userId).where('id', 'not in', kept).execute();
    });
  }

  /** Another server may know of a later use. */
  async setLastUse(id: string, at: number): Promise<void> {
    await this.#db
      .updateTable('console_session')
      .set({ last_used_at: at })
      .where('id', '=', id)
      .where('last_used_at', '<', at)
      .execute();
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('console_session').where('id', '=', id).execute();
  }

  /** Sessions that are over at `now`, or that no server has used since `idleSince`; links that have ended. */
  async removeOver(now: number, idleSince: number): Promise<void> {
    await this.#db
      .deleteFrom('console_session')
      .where(({ eb, or }) => or([eb('expires_at', '<=', now), eb('last_used_at', '<=', idleSince)]))
      .execute();
    await this.#db.deleteFrom('console_link').where('expires_at', '<=', now).execute();
  }
}

/**
 * Read after the lock, which a change of the user waits for: it ends the sessions of before, also one that is being added.
 * SQLite has one writer. Undefined for a user who is gone.
 */
async function lockedGeneration(tx: Transaction<Schema>, userId: string): Promise<string | undefined> {
  const user = await tx
    .selectFrom('iam_user')
    .select('id')
    .where('id', '=', userId)
    .$if(tx.getExecutor().adapter instanceof PostgresAdapter, (query) => query.forShare())
    .executeTakeFirst();
  if (user === undefined) return undefined;
  const row = await tx
    .selectFrom('session_generation')
    .select('generation')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.generation ?? FIRST_GENERATION;
}
