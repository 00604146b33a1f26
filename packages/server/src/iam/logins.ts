import { randomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { Directory } from './directory.ts';
import type { IdentityStore } from './identity-store.ts';
import { type LoginSource, LoginThrottle } from './login-throttle.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Domain, Project, User } from './types.ts';

/** No password derives to it. */
const UNKNOWN_USER_HASH = `scrypt$${randomBytes(16).toString('hex')}$${randomBytes(32).toString('hex')}`;
const MOST_TOKENS_IN_A_ROW = 32;
const TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000;

export interface Named {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

export interface PasswordLogin {
  readonly user: string;
  readonly password: string;
  /** The client, as limits count clients. */
  readonly client: string;
  /** The operator's account when absent. */
  readonly domain?: Named | undefined;
  readonly scope?: LoginScope | undefined;
}

/** The scope of a token: one project, or the account with all its projects. */
export interface LoginScope {
  readonly project?: Named | undefined;
  readonly domain?: Named | undefined;
}

interface FoundScope {
  /** Undefined for the whole account. */
  readonly project: Project | undefined;
}

export interface IssuedToken {
  readonly token: string;
  readonly method: 'password' | 'token';
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly user: User;
  readonly domain: Domain;
  /** Undefined for a token of the whole account. */
  readonly project: Project | undefined;
}

export interface LoginsOptions {
  readonly store: IdentityStore;
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
}

/** Trades passwords for tokens. Every failed login takes the same time and gets the same answer. */
export class Logins {
  readonly #options: LoginsOptions;
  readonly #throttle: LoginThrottle;

  constructor(options: LoginsOptions) {
    this.#options = options;
    this.#throttle = new LoginThrottle(options.clock);
  }

  /** Throws `unauthenticated`, or `overloaded` when throttled. */
  async withPassword(login: PasswordLogin): Promise<IssuedToken> {
    const { user, scope } = await this.identified(login);
    const expiresAt = this.#options.clock.now() + TOKEN_LIFETIME_MS;
    return this.#issue(user, scope.project, { method: 'password', expiresAt });
  }

  /** The user with this password, as of now. Throws `unauthenticated`, or `overloaded` when throttled. */
  async identified(login: PasswordLogin): Promise<{ readonly user: User; readonly scope: FoundScope }> {
    const { directory } = this.#options;
    const domain = this.#domain(login.domain);
    const user = domain === undefined ? undefined : directory.userByName(domain.id, login.user);
    const found = await this.#throttle.attempt(sourceOf(domain?.id, login.user, login.client), async () => {
      const matches = await this.#matches(login.password, user);
      const scope = user === undefined ? undefined : this.scopeIn(user.domainId, login.scope);
      return matches && user?.enabled === true && scope !== undefined ? { user, scope } : undefined;
    });
    if (found === undefined) {
      throw new PlatformError('unauthenticated', 'The user name, password or project is wrong.');
    }
    return { user: await this.entered(found.user), scope: found.scope };
  }

  /** The user as of now, after a login. Throws `unauthenticated` when the user has lost access meanwhile. */
  async entered(user: User): Promise<User> {
    const now = this.#options.clock.now();
    await this.#options.store.setLastLogin(user.id, now);
    return this.#unchanged(user, now);
  }

  /** Another token of the same user, for another project; it ends when the first does. Throws `unauthenticated`. */
  withToken(token: string, scope: LoginScope | undefined): IssuedToken {
    const { directory, sessions } = this.#options;
    const session = sessions.token(token);
    const user = session === undefined ? undefined : directory.users.get(session.caller.userId);
    const target = user === undefined ? undefined : this.scopeIn(user.domainId, scope);
    if (session === undefined || user === undefined || target === undefined) {
      throw new PlatformError('unauthenticated', 'The token or the project is wrong.');
    }
    const madeFrom = chainOf(session);
    return this.#issue(user, target.project, { method: 'token', expiresAt: session.expiresAt, madeFrom });
  }

  /** The account that a login names; undefined for an unknown account. */
  domainIdOf(requested: Named | undefined): string | undefined {
    return this.#domain(requested)?.id;
  }

  /** Whether this is the password of the user. Failures count against `client`. Throws `overloaded` when throttled. */
  async knowsPassword(user: User, password: string, client: string): Promise<boolean> {
    const { hasher } = this.#options;
    const known = await this.#throttle.attempt(sourceOf(user.domainId, user.name, client), async () =>
      (await hasher.matches(password, user.passwordHash)) ? true : undefined,
    );
    return known === true;
  }

  /** The contents of a token; undefined for an invalid token. */
  describe(token: string): IssuedToken | undefined {
    const session = this.#options.sessions.token(token);
    const user = session === undefined ? undefined : this.#options.directory.users.get(session.caller.userId);
    return session === undefined || user === undefined ? undefined : this.#describe(user, token, session);
  }

  #describe(user: User, token: string, { caller, issuedAt, expiresAt }: Session): IssuedToken {
    const { directory } = this.#options;
    const project = caller.projectId === undefined ? undefined : directory.projects.get(caller.projectId);
    return { token, method: 'token', issuedAt, expiresAt, user, domain: this.#domainOf(user), project };
  }

  #issue(
    user: User,
    project: Project | undefined,
    how: { method: IssuedToken['method']; expiresAt: number; madeFrom?: readonly string[] },
  ): IssuedToken {
    const { method, expiresAt, madeFrom = [] } = how;
    const principal = { kind: 'user', id: user.id } as const;
    const { sessionGeneration: generation } = user;
    const request = { principal, projectId: project?.id, expiresAt, madeFrom, generation };
    const token = this.#options.sessions.issueToken(request);
    const issuedAt = this.#options.clock.now();
    return { token, method, issuedAt, expiresAt, user, domain: this.#domainOf(user), project };
  }

  /** The user as of now; a login ends when its user was deleted, disabled or got a new password meanwhile. */
  #unchanged({ id, passwordHash }: User, lastLoginAt: number): User {
    const { users } = this.#options.directory;
    const user = users.get(id);
    if (user?.enabled !== true || user.passwordHash !== passwordHash) {
      throw new PlatformError('unauthenticated', 'The user name, password or project is wrong.');
    }
    const present = { ...user, lastLoginAt };
    users.set(id, present);
    return present;
  }

  /** Takes the time of one password check for every user, also for an unknown one. */
  #matches(password: string, user: User | undefined): Promise<boolean> {
    return this.#options.hasher.matches(password, user?.passwordHash ?? UNKNOWN_USER_HASH);
  }

  #domainOf(user: User): Domain {
    return this.#options.directory.domains.get(user.domainId) ?? { id: user.domainId, name: '', operator: false };
  }

  #domain(requested: Named | undefined): Domain | undefined {
    const domains = [...this.#options.directory.domains.values()];
    if (requested?.id !== undefined) return domains.find(({ id }) => id === requested.id);
    if (requested?.name !== undefined) return domains.find(({ name }) => name === requested.name);
    return domains.find(({ operator }) => operator);
  }

  /** Undefined when the scope is not in the account; without one, the first project. */
  scopeIn(domainId: string, scope: LoginScope | undefined): FoundScope | undefined {
    const { directory } = this.#options;
    const own = [...directory.within(directory.projects, domainId)];
    if (scope?.project !== undefined) {
      const { id, name } = scope.project;
      const project = own.find((one) => (id === undefined ? one.name === name : one.id === id));
      return project === undefined ? undefined : { project };
    }
    if (scope?.domain !== undefined) {
      const domain = this.#domain(scope.domain);
      return domain?.id === domainId ? { project: undefined } : undefined;
    }
    return { project: own[0] };
  }
}

/** The tokens that one made from this session is made from. Throws `unauthenticated` where they are too many. */
export function chainOf({ id, madeFrom }: Pick<Session, 'id' | 'madeFrom'>): readonly string[] {
  if (madeFrom.length < MOST_TOKENS_IN_A_ROW) return id === undefined ? madeFrom : [...madeFrom, id];
  throw new PlatformError('unauthenticated', `The token is the ${MOST_TOKENS_IN_A_ROW}th that was made from another.`, {
    hint: 'Sign in with the password again.',
  });
}

function sourceOf(domainId: string | undefined, user: string, client: string): LoginSource {
  return { name: `${domainId ?? ''}\n${user}`, client };
}
