import { createHash, randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ChangeFeed } from '../../storage/index.ts';
import type { Directory } from '../directory.ts';
import type { Caller, User } from '../types.ts';
import type { ConsoleSession, ConsoleSessionStore, UsedLink } from './session-store.ts';
import type { SignInLink } from './sign-in-links.ts';

/** Of one user; a further sign-in ends the session that was unused for longest. */
export const MAX_SESSIONS = 20;
const WRITE_EVERY_MS = 60_000;
const SECRET_BYTES = 32;
/** The text of a cookie. */
const SECRET = /^[\w-]{43}$/;

export interface SessionTimes {
  /** A session without requests ends after this. */
  readonly idleMs: number;
  /** Every session ends after this. */
  readonly mostMs: number;
}

export interface ConsoleSessionsOptions {
  readonly store: ConsoleSessionStore;
  readonly directory: Directory;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly times: SessionTimes;
  /** Whether a permanent key exists and is enabled. */
  readonly isActive: (accessKey: string) => boolean;
  readonly onError: (error: unknown) => void;
}

/** What began a session, if it may begin only one. */
interface UsedOnce {
  readonly used: UsedLink;
  /** The key that requested it. */
  readonly accessKey?: string;
}

interface Entry {
  readonly session: ConsoleSession;
  caller: Caller;
  lastUsedAt: number;
}

/**
 * Sessions of browsers. All in memory, so that a request reads no database; the database has only hashes of what
 * browsers send. A session ends with its user, with a new password, and with the key that requested it: the database
 * removes its row in the same commit.
 */
export class ConsoleSessions {
  readonly #options: ConsoleSessionsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #used = new Set<Entry>();
  #timer: Timer | undefined;

  constructor(options: ConsoleSessionsOptions) {
    this.#options = options;
  }

  get times(): SessionTimes {
    return this.#options.times;
  }

  async start(): Promise<void> {
    const { feed, store } = this.#options;
    // The directory follows users too, and has their new names before this.
    await feed.follow('user', async (userIds) => this.#renameUsers(userIds));
    await feed.follow('console-session', async (ids) => {
      const rows = await store.load(ids);
      const found = new Set(rows.map(({ id }) => id));
      for (const id of ids ?? [...this.#entries.keys()]) if (!found.has(id)) this.#drop(id);
      for (const row of rows) this.#keep(row);
    });
    this.#writeLater();
  }

  /** Writes when sessions were last used. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#writeUse();
  }

  /** The user of a sign-in link, as of now; undefined when it is not valid now. It may have been used before. */
  userOf(link: SignInLink): User | undefined {
    const { directory, isActive } = this.#options;
    const user = directory.users.get(link.userId);
    const mayUse = user?.enabled === true && link.generation === user.sessionGeneration && isActive(link.accessKey);
    return mayUse ? user : undefined;
  }

  /**
   * The text for the cookie is returned only this once. Throws `unauthenticated` when it was begun by something that was used
   * before, or the user lost access meanwhile.
   */
  async begin(user: User, by?: UsedOnce): Promise<{ readonly secret: string; readonly caller: Caller }> {
    const { store, clock, feed, times } = this.#options;
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const now = clock.now();
    const at = { createdAt: now, lastUsedAt: now, expiresAt: now + times.mostMs };
    const session = { id: hashOf(secret), userId: user.id, accessKey: by?.accessKey ?? null, ...at };
    const { sessionGeneration: generation } = user;
    if (!(await store.add(session, { most: MAX_SESSIONS, generation, link: by?.used }))) {
      throw new PlatformError(
        'unauthenticated',
        'This sign-in was used before; each link and each answer of an issuer signs in once.',
      );
    }
    await feed.caughtUp();
    const caller = this.find(secret);
    if (caller === undefined) throw new PlatformError('unauthenticated', 'The user has lost access.');
    return { secret, caller };
  }

  /** The caller of a session, which may have been idle for too long; undefined for text that belongs to none. */
  find(secret: string): Caller | undefined {
    return this.#valid(secret)?.caller;
  }

  /** The caller of a session that is not over. `counts`: as use of it. */
  async use(secret: string, counts: boolean): Promise<Caller | undefined> {
    const entry = this.#valid(secret);
    if (entry === undefined || !(await this.#isInUse(entry))) return undefined;
    if (counts) {
      entry.lastUsedAt = Math.max(entry.lastUsedAt, this.#options.clock.now());
      this.#used.add(entry);
    }
    return entry.caller;
  }

  /** A session by its id, while it may be used. */
  get(id: string): ConsoleSession | undefined {
    const entry = this.#entries.get(id);
    return entry !== undefined && this.#holds(entry) ? entry.session : undefined;
  }

  async end(id: string): Promise<void> {
    await this.#options.store.remove(id);
    await this.#options.feed.caughtUp();
  }

  #valid(secret: string): Entry | undefined {
    if (!SECRET.test(secret)) return undefined;
    const entry = this.#entries.get(hashOf(secret));
    return entry !== undefined && this.#holds(entry) ? entry : undefined;
  }

  #holds({ session }: Entry): boolean {
    const { clock, directory, isActive } = this.#options;
    if (session.expiresAt <= clock.now()) return false;
    const user = directory.users.get(session.userId);
    if (user?.enabled !== true) return false;
    return session.accessKey === null || isActive(session.accessKey);
  }

  /** Asks the database before it ends a session that other servers may know as used. */
  async #isInUse(entry: Entry): Promise<boolean> {
    const { clock, store, times } = this.#options;
    const { id } = entry.session;
    const isIdle = (): boolean => entry.lastUsedAt + times.idleMs <= clock.now();
    if (!isIdle()) return true;
    const [row] = await store.load(new Set([id]));
    if (row !== undefined) entry.lastUsedAt = Math.max(entry.lastUsedAt, row.lastUsedAt);
    if (row !== undefined && !isIdle()) return true;
    await this.end(id);
    return false;
  }

  #keep(session: ConsoleSession): void {
    if (this.#entries.has(session.id)) return;
    const user = this.#options.directory.users.get(session.userId);
    if (user === undefined) return;
    this.#entries.set(session.id, { session, caller: callerOf(user, session), lastUsedAt: session.lastUsedAt });
  }

  #renameUsers(userIds: ReadonlySet<string> | undefined): void {
    for (const entry of this.#entries.values()) {
      const user = this.#options.directory.users.get(entry.session.userId);
      if (user !== undefined && userIds?.has(user.id) !== false) entry.caller = callerOf(user, entry.session);
    }
  }

  #drop(id: string): void {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    if (entry !== undefined) this.#used.delete(entry);
  }

  #writeLater(): void {
    this.#timer = this.#options.clock.after(WRITE_EVERY_MS, () => {
      this.#upkeep().catch(this.#options.onError);
      this.#writeLater();
    });
  }

  async #upkeep(): Promise<void> {
    const { store, clock, times } = this.#options;
    await this.#writeUse();
    // other servers write the use of a session up to a minute late
    await store.removeOver(clock.now(), clock.now() - times.idleMs - 2 * WRITE_EVERY_MS);
  }

  async #writeUse(): Promise<void> {
    const entries = [...this.#used];
    this.#used.clear();
    for (const { session, lastUsedAt } of entries) await this.#options.store.setLastUse(session.id, lastUsedAt);
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function callerOf({ id: userId, name: userName, domainId }: User, { id: consoleSession }: ConsoleSession): Caller {
  return { userId, userName, domainId, principal: { kind: 'user', id: userId }, accessKey: '', consoleSession };
}
