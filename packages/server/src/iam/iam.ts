import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { parseAuthorization } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { Sealer } from '../lib/sealer.ts';
import { HmacKey } from './hmac-key.ts';
import type { IdentityStore, StoredToken } from './identity-store.ts';
import { LoginThrottle } from './login-throttle.ts';
import { hashPassword, passwordMatches } from './password.ts';
import { precheckSignature, type Refusal, type SignedRequest, verifySignature } from './signature.ts';
import type { Caller, Domain, Project, User } from './types.ts';

const TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000;
const MAX_CACHED_TOKENS = 10_000;

/** What a first start makes and writes to the credentials file. */
export interface FirstAccount {
  readonly projectId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly user: string;
  readonly password: string;
}

export interface IssuedToken {
  readonly token: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly user: User;
  readonly project: Project;
  readonly domain: Domain;
}

export interface IamOptions {
  readonly store: IdentityStore;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Who is calling, and whether they may. Keys, users and projects are held in memory: a signed call reads no database.
 * A refusal tells the caller nothing but that it was refused; the reason is in the log.
 */
export class Iam {
  readonly anonymous: Caller = { userId: '', userName: 'anonymous', domainId: '' };
  readonly #options: IamOptions;
  readonly #keys = new Map<string, { key: HmacKey; caller: Caller }>();
  readonly #users = new Map<string, User>();
  readonly #projects = new Map<string, Project>();
  readonly #domains = new Map<string, Domain>();
  readonly #tokens = new Map<string, StoredToken>();
  readonly #throttle: LoginThrottle;
  #unknownUserHash: Promise<string> | undefined;

  constructor(options: IamOptions) {
    this.#options = options;
    this.#throttle = new LoginThrottle(options.clock);
  }

  /** Loads identities. Makes the first account when there is none, and returns it then. */
  async start(): Promise<FirstAccount | undefined> {
    await this.#options.store.dropTokensBefore(this.#options.clock.now());
    const first = (await this.#options.store.users()).length === 0 ? await this.#createFirstAccount() : undefined;
    for (const domain of await this.#options.store.domains()) this.#domains.set(domain.id, domain);
    for (const project of await this.#options.store.projects()) this.#projects.set(project.id, project);
    for (const user of await this.#options.store.users()) this.#users.set(user.id, user);
    for (const key of await this.#options.store.keys()) {
      const user = this.#users.get(key.userId);
      if (user === undefined) continue;
      const secret = this.#options.sealer.open(key.sealedSecret);
      this.#keys.set(key.accessKey, { key: new HmacKey(secret), caller: callerOf(user) });
    }
    return first;
  }

  async #createFirstAccount(): Promise<FirstAccount> {
    const { store, sealer, clock } = this.#options;
    const id = (): string => randomBytes(16).toString('hex');
    const domain = { id: id(), name: 'default' };
    const project = { id: id(), name: 'default', domainId: domain.id };
    const password = randomBytes(12).toString('base64url');
    const user = { id: id(), name: 'admin', domainId: domain.id, passwordHash: await hashPassword(password) };
    const secretKey = randomBytes(30).toString('base64url');
    const accessKey = randomBytes(10).toString('hex').toUpperCase();
    const key = { accessKey, userId: user.id, sealedSecret: sealer.seal(secretKey) };
    await store.createAccount({ domain, project, user, key, now: clock.now() });
    return { projectId: project.id, accessKey, secretKey, user: user.name, password };
  }

  readonly #keyOf = (accessKey: string): HmacKey | undefined => this.#keys.get(accessKey)?.key;

  /** Refuses before the body is read what cannot succeed with any body. Throws `unauthenticated`. */
  precheck(headers: IncomingHttpHeaders): void {
    if (typeof headers['x-auth-token'] === 'string' && headers.authorization === undefined) return;
    const refusal = precheckSignature(headers, this.#keyOf, this.#options.clock.now());
    if (refusal !== undefined) this.#refuse(headers, refusal);
  }

  /** Throws `unauthenticated` unless the request carries a valid signature or token. */
  async authenticate(request: SignedRequest): Promise<Caller> {
    const token = request.headers['x-auth-token'];
    if (typeof token === 'string' && request.headers.authorization === undefined) return this.#callerOfToken(token);
    const verdict = verifySignature(request, this.#keyOf, this.#options.clock.now());
    if (!verdict.ok) return this.#refuse(request.headers, verdict.why);
    const caller = this.#keys.get(verdict.accessKey)?.caller;
    return caller ?? this.#refuse(request.headers, 'unknown access key');
  }

  #refuse(headers: IncomingHttpHeaders, why: Refusal | 'unknown token'): never {
    const accessKey = parseAuthorization(headers.authorization ?? '')?.accessKey;
    this.#options.log.info({ why, accessKey }, 'authentication refused');
    throw new PlatformError(
      'unauthenticated',
      'The request could not be authenticated: the signature or token is missing, wrong or out of date.',
      {
        hint: 'Check the access key, the secret key and the clock of the client. The credentials file of the data directory holds working ones.',
      },
    );
  }

  async #callerOfToken(token: string): Promise<Caller> {
    const hash = hashToken(token);
    const stored = this.#tokens.get(hash) ?? (await this.#options.store.token(hash));
    const user = stored === undefined ? undefined : this.#users.get(stored.userId);
    if (stored === undefined || user === undefined || stored.expiresAt <= this.#options.clock.now()) {
      this.#tokens.delete(hash);
      return this.#refuse({}, 'unknown token');
    }
    this.#remember(hash, stored);
    return { ...callerOf(user), projectId: stored.projectId };
  }

  #remember(hash: string, token: StoredToken): void {
    if (this.#tokens.size >= MAX_CACHED_TOKENS) this.#tokens.clear();
    this.#tokens.set(hash, token);
  }

  /** Throws `forbidden`, with the same text whether the project is another's or does not exist. */
  authorize(caller: Caller, action: string, projectId: string | undefined): void {
    if (projectId === undefined) return;
    const project = this.#projects.get(projectId);
    const allowed =
      project?.domainId === caller.domainId && (caller.projectId === undefined || caller.projectId === projectId);
    if (!allowed) throw new PlatformError('forbidden', `You may not do ${action} in this project.`);
  }

  /** Trades a password for a token. Throws `unauthenticated` with one text for all causes, `overloaded` when throttled. */
  async issueToken(login: {
    user: string;
    password: string;
    project?: { id?: string; name?: string };
  }): Promise<IssuedToken> {
    const { clock, store, log } = this.#options;
    this.#throttle.admit(login.user);
    const user = [...this.#users.values()].find((u) => u.name === login.user);
    // An unknown user costs the same time as a wrong password.
    this.#unknownUserHash ??= hashPassword(randomBytes(16).toString('hex'));
    const matches = await passwordMatches(login.password, user?.passwordHash ?? (await this.#unknownUserHash));
    const project = user === undefined ? undefined : this.#projectFor(user, login.project);
    if (user === undefined || !matches || project === undefined) {
      this.#throttle.failed(login.user);
      log.info({ user: login.user }, 'login refused');
      throw new PlatformError('unauthenticated', 'The user name, password or project is wrong.');
    }
    this.#throttle.succeeded(login.user);
    const token = randomBytes(48).toString('base64url');
    const issuedAt = clock.now();
    const stored = { userId: user.id, projectId: project.id, expiresAt: issuedAt + TOKEN_LIFETIME_MS };
    await store.addToken(hashToken(token), stored);
    this.#remember(hashToken(token), stored);
    const domain = this.#domains.get(user.domainId) ?? { id: user.domainId, name: '' };
    return { token, issuedAt, expiresAt: stored.expiresAt, user, project, domain };
  }

  #projectFor(user: User, wanted: { id?: string; name?: string } | undefined): Project | undefined {
    const own = [...this.#projects.values()].filter((p) => p.domainId === user.domainId);
    if (wanted?.id !== undefined) return own.find((p) => p.id === wanted.id);
    if (wanted?.name !== undefined) return own.find((p) => p.name === wanted.name);
    return own[0];
  }

  /** Projects the caller may use. */
  projectsOf(caller: Caller): Project[] {
    return [...this.#projects.values()].filter((p) => p.domainId === caller.domainId);
  }

  domainOf(caller: Caller): Domain | undefined {
    return this.#domains.get(caller.domainId);
  }
}

function callerOf(user: User): Caller {
  return { userId: user.id, userName: user.name, domainId: user.domainId };
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
