import { randomBytes } from 'node:crypto';
import { PlatformError } from '../lib/platform-error.ts';
import { type ChangeParts, checkAdded, checkName, IDENTITY_LIMITS, missing, taken } from './change.ts';
import type { Logins } from './logins.ts';
import { checkPassword } from './password.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { FIRST_GENERATION, type User } from './types.ts';

export interface NewUser {
  readonly name: string;
  /** Undefined: the user can only use keys until a password is set. */
  readonly password: string | undefined;
  readonly description: string;
  readonly enabled: boolean;
}

export interface UserChange {
  readonly name?: string;
  readonly password?: string;
  readonly description?: string;
  readonly enabled?: boolean;
}

export interface PasswordChange {
  readonly old: string;
  readonly password: string;
  /** The client, as limits count clients. */
  readonly client: string;
}

export interface UsersDeps {
  readonly logins: Logins;
  readonly hasher: PasswordHasher;
}

/** Hash of no password: nothing derives to it. */
const NO_PASSWORD = `scrypt$00$${'00'.repeat(32)}`;

/** Users of accounts. Users of another account are not found. */
export class Users {
  readonly #parts: ChangeParts;
  readonly #logins: Logins;
  readonly #hasher: PasswordHasher;

  constructor(parts: ChangeParts, { logins, hasher }: UsersDeps) {
    this.#parts = parts;
    this.#logins = logins;
    this.#hasher = hasher;
  }

  list(domainId: string): User[] {
    const { directory } = this.#parts;
    return [...directory.within(directory.users, domainId)];
  }

  /** Throws `not_found`. */
  find(domainId: string, id: string): User {
    const user = this.#parts.directory.users.get(id);
    if (user?.domainId !== domainId) throw missing('user', id);
    return user;
  }

  /** Throws `invalid_request`, `weak_password`, `resource_exists`, `identity_quota`. */
  async create(domainId: string, requested: NewUser): Promise<User> {
    const { identities, clock, changes } = this.#parts;
    checkName(requested.name, 'user.name');
    if (requested.password !== undefined) checkPassword(requested.password, requested.name);
    const passwordHash = requested.password === undefined ? NO_PASSWORD : await this.#hasher.hash(requested.password);
    return changes.run(domainId, async () => {
      const now = clock.now();
      const user: User = {
        id: randomBytes(16).toString('hex'),
        name: requested.name,
        domainId,
        passwordHash,
        description: requested.description,
        enabled: requested.enabled,
        createdAt: now,
        sessionsFrom: now,
        sessionGeneration: FIRST_GENERATION,
        lastLoginAt: null,
      };
      checkAdded(await identities.addUser(user, IDENTITY_LIMITS.users), 'users', requested.name);
      return user;
    });
  }

  /**
   * A new password or disabling the user ends all sessions; keys stay. Throws `not_found`, `resource_exists`,
   * `weak_password`, `last_administrator`.
   */
  async update(domainId: string, id: string, change: UserChange): Promise<User> {
    const { directory, identities, clock, changes } = this.#parts;
    const { password, ...rest } = change;
    if (rest.name !== undefined) checkName(rest.name, 'user.name');
    if (password !== undefined) checkPassword(password, rest.name ?? this.find(domainId, id).name);
    const passwordHash = password === undefined ? undefined : await this.#hasher.hash(password);
    return changes.run(domainId, async () => {
      const before = this.find(domainId, id);
      const ends = passwordHash !== undefined || rest.enabled === false;
      const columns = {
        ...rest,
        ...(passwordHash === undefined ? {} : { passwordHash }),
        ...(ends ? { sessionsFrom: clock.now() } : {}),
      };
      const after: User = { ...before, ...columns };
      if (before.enabled && !after.enabled) {
        const set = (user: User) => () => void directory.users.set(id, user);
        changes.refuseLastAdministrator(domainId, set(after), set(before));
      }
      if (!(await identities.changeUser(id, columns))) throw taken('user', after.name);
      return after;
    });
  }

  /** A user's own change. Throws `forbidden` for a wrong old password, `overloaded` after too many. */
  async changePassword(domainId: string, id: string, change: PasswordChange): Promise<void> {
    const user = this.find(domainId, id);
    checkPassword(change.password, user.name);
    if (change.password === change.old) {
      throw new PlatformError('weak_password', 'the new password is the old one');
    }
    if (!(await this.#logins.knowsPassword(user, change.old, change.client))) {
      throw new PlatformError('forbidden', 'The original password is wrong.');
    }
    await this.update(domainId, id, { password: change.password });
  }

  /** With keys and sessions. Throws `not_found`, `last_administrator`. */
  remove(domainId: string, id: string): Promise<void> {
    const { directory, identities, rights, changes } = this.#parts;
    return changes.run(domainId, async () => {
      const user = this.find(domainId, id);
      changes.refuseLastAdministrator(
        domainId,
        () => void directory.users.delete(id),
        () => void directory.users.set(id, user),
      );
      await rights.removeGrantsOf({ kind: 'user', id });
      await identities.removeUser(id);
    });
  }
}
