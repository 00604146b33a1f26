import type { IncomingHttpHeaders } from 'node:http';
import { parseAuthorization } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { Sealer } from '../lib/sealer.ts';
import type { Secret } from '../lib/secret.ts';
import type { ChangeFeed, Storage } from '../storage/index.ts';
import { AccessKeys } from './access-keys.ts';
import { Accounts } from './accounts.ts';
import { Agencies } from './agencies.ts';
import { AgencyCredentials } from './agency-credentials.ts';
import { authorizePassing } from './agency-passing.ts';
import { type AssumptionRequest, assumableAgency } from './assumed-agency.ts';
import { Audit } from './audit.ts';
import { AuditStore } from './audit-store.ts';
import { Authorizer, type FunctionRef, type Peer, type Question } from './authorizer.ts';
import { Changes } from './change.ts';
import { ConsoleSessions, type SessionTimes } from './console/console-sessions.ts';
import { ConsoleSessionStore } from './console/session-store.ts';
import { SignInLinks } from './console/sign-in-links.ts';
import { Directory } from './directory.ts';
import { DirectorySource } from './directory-source.ts';
import { Groups } from './groups.ts';
import { IdentityStore } from './identity-store.ts';
import { Logins } from './logins.ts';
import type { OidcOptions } from './oidc/issuer.ts';
import { OidcSignIns } from './oidc/oidc-sign-ins.ts';
import { type OwnerCredentials, planOwner } from './owner.ts';
import { storeOwner } from './owner-store.ts';
import { newPassword } from './password.ts';
import { PasswordHasher } from './password-hasher.ts';
import { Policies } from './policies.ts';
import { RevocationStore } from './revocation-store.ts';
import { Revocations } from './revocations.ts';
import { RightsStore } from './rights-store.ts';
import { Sessions } from './sessions.ts';
import { type KeyOf, precheckSignature, type Refusal, type SignedRequest, verifySignature } from './signature.ts';
import { Tenancy } from './tenancy.ts';
import type { Agency, Caller, Domain, Policy, Project } from './types.ts';
import { Users } from './users.ts';

/** Facts about functions that the identity module needs and cannot read itself. */
export interface FunctionFactsForIam {
  /** The enterprise project of a function; undefined for an unknown function. */
  enterpriseProjectOf(projectId: string, fn: FunctionRef): string | undefined;
  /** The contents of a project, in words: `2 functions`. Empty for an empty project. */
  contentsOf(projectId: string): Promise<readonly string[]>;
}

export interface IamOptions {
  readonly storage: Pick<Storage, 'db' | 'atomic'>;
  readonly feed: ChangeFeed;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly region: string;
  readonly functions: FunctionFactsForIam;
  readonly auditRetainDays: number;
  readonly consoleTimes: SessionTimes;
  /** Undefined: no sign-in by OpenID Connect. */
  readonly oidc?: OidcOptions | undefined;
  /** Of tests, as `PasswordHasher` has it. */
  readonly passwordCost?: number | undefined;
}

/** A key that may sign. */
export interface Signer {
  readonly secret: Secret;
  /** The caller, once its signature is checked; notes the use. Undefined when the key is not valid any more. */
  used(): Caller | undefined;
}

/**
 * Authenticates and authorizes callers. All data for the decision is in memory: a signed call reads no database. A
 * failed authentication gives the caller no reason; the reason is in the log.
 */
export class Iam {
  readonly anonymous: Caller = {
    userId: '',
    userName: 'anonymous',
    domainId: '',
    principal: { kind: 'nobody', id: '' },
    accessKey: '',
  };
  readonly users: Users;
  readonly groups: Groups;
  readonly policies: Policies;
  readonly agencies: Agencies;
  readonly keys: AccessKeys;
  readonly tenancy: Tenancy;
  readonly accounts: Accounts;
  readonly logins: Logins;
  readonly sessions: Sessions;
  readonly revocations: Revocations;
  readonly console: ConsoleSessions;
  readonly signInLinks: SignInLinks;
  readonly oidc: OidcSignIns | undefined;
  readonly agencyCredentials: AgencyCredentials;
  readonly audit: Audit;
  readonly #options: IamOptions;
  readonly #directory = new Directory();
  readonly #hasher: PasswordHasher;
  readonly #authorizer: Authorizer;
  readonly #source: DirectorySource;

  constructor(options: IamOptions) {
    const { sealer, clock, log, region, functions } = options;
    const { db } = options.storage;
    this.#options = options;
    this.#hasher = new PasswordHasher(options.passwordCost);
    const directory = this.#directory;
    const identities = new IdentityStore(db);
    const rights = new RightsStore(db);
    const authorizer = new Authorizer({
      directory,
      region,
      clock,
      enterpriseProjectOf: (projectId, fn) => functions.enterpriseProjectOf(projectId, fn),
    });
    const { feed } = options;
    const changes = new Changes(directory, authorizer, feed);
    const parts = { identities, rights, directory, authorizer, clock, changes };
    this.#authorizer = authorizer;
    this.#source = new DirectorySource({ feed: options.feed, directory, identities, rights });
    const onError = (error: unknown): void => log.error({ err: error }, 'the last use of keys could not be stored');
    this.keys = new AccessKeys({ store: identities, directory, sealer, changes, feed, clock, onError });
    const isActive = (accessKey: string): boolean => this.keys.find(accessKey)?.enabled === true;
    this.sessions = new Sessions({ sealer, directory, clock, isActive });
    this.revocations = new Revocations({ store: new RevocationStore(db), feed, sessions: this.sessions, clock });
    this.logins = new Logins({ store: identities, directory, sessions: this.sessions, clock, hasher: this.#hasher });
    this.signInLinks = new SignInLinks(sealer, clock);
    this.console = new ConsoleSessions({
      ...{ directory, feed, clock, isActive, times: options.consoleTimes, store: new ConsoleSessionStore(db) },
      onError: (error) => log.error({ err: error }, 'the last use of sessions could not be stored'),
    });
    const { oidc } = options;
    const oidcLog = log.child({ issuer: oidc?.issuer });
    this.oidc = oidc && new OidcSignIns({ oidc, sealer, clock, directory, logins: this.logins, log: oidcLog });
    this.users = new Users(parts, { logins: this.logins, hasher: this.#hasher });
    this.groups = new Groups(parts);
    this.policies = new Policies(parts);
    this.agencies = new Agencies(parts);
    const contentsOf = (id: string): Promise<readonly string[]> => functions.contentsOf(id);
    this.tenancy = new Tenancy({ ...parts, contentsOf });
    const { tenancy } = this;
    const { storage } = options;
    this.accounts = new Accounts({ ...parts, storage, sealer, hasher: this.#hasher, tenancy });
    this.agencyCredentials = new AgencyCredentials({ directory, sessions: this.sessions, clock });
    const ownerOf = (projectId: string): string | undefined => directory.projects.get(projectId)?.domainId;
    const retainDays = options.auditRetainDays;
    this.audit = new Audit({ store: new AuditStore(options.storage), clock, log, retainDays, ownerOf });
  }

  /** Loads identities. */
  async start(): Promise<void> {
    await this.#source.start();
    await this.keys.start();
    await this.revocations.start();
    await this.console.start();
    this.audit.start();
  }

  /**
   * Without any user it makes the first account, which takes a tenth of a second: `keep` gets its credentials and
   * resolves when they are on disk; only then the account is stored, in one commit. So a start that fails or is killed
   * at any moment leaves either no account, or an account with saved credentials. Call after `start`.
   */
  async ensureOwner(keep: (credentials: OwnerCredentials) => Promise<void>): Promise<void> {
    if (this.#directory.users.size === 0) await this.#makeOwner(keep);
  }

  /**
   * Gives a user of the operator's account a new password and one new key in place of all others, and the rights of an
   * administrator; creates missing resources. For the owner of the data directory; only while nothing else uses this
   * object.
   */
  async resetOwner(keep: (credentials: OwnerCredentials) => Promise<void>, userName?: string): Promise<void> {
    await this.#source.start();
    await this.#makeOwner(keep, userName);
  }

  async #makeOwner(keep: (credentials: OwnerCredentials) => Promise<void>, userName?: string): Promise<void> {
    const { storage, sealer, clock, passwordCost } = this.#options;
    const name = userName === undefined ? {} : { userName };
    const { credentials, rows } = await planOwner(this.#directory, { now: clock.now(), sealer, passwordCost, ...name });
    await keep(credentials);
    await storeOwner(storage, rows);
    await this.#options.feed.caughtUp();
  }

  /** A random password. */
  newPassword(): string {
    return newPassword();
  }

  async stop(): Promise<void> {
    this.audit.stop();
    await this.keys.stop();
    await this.console.stop();
    await this.#hasher.stop();
  }

  /** Evicts cached decisions: after a function moved to another enterprise project. */
  forgetDecisions(): void {
    this.#authorizer.forget();
  }

  /** Refuses, before the body is read, a request that cannot succeed with any body. Throws `unauthenticated`. */
  precheck(headers: IncomingHttpHeaders): void {
    const token = headers['x-auth-token'];
    if (typeof token === 'string' && headers.authorization === undefined) {
      if (this.sessions.token(token) === undefined) this.#refuse(headers, 'unknown token');
      return;
    }
    const refusal = precheckSignature(headers, this.#keyOf(headers), this.#options.clock.now());
    if (refusal !== undefined) this.#refuse(headers, refusal);
  }

  /** Whether the session, key or token of an accepted request is still valid, ignoring its date: for long answers. */
  holds({ headers, caller }: { readonly headers: IncomingHttpHeaders; readonly caller: Caller }): boolean {
    if (caller.consoleSession !== undefined) return this.console.get(caller.consoleSession) !== undefined;
    const token = headers['x-auth-token'];
    if (typeof token === 'string' && headers.authorization === undefined)
      return this.sessions.token(token) !== undefined;
    const accessKey = parseAuthorization(headers.authorization ?? '')?.accessKey;
    return accessKey !== undefined && this.#keyOf(headers)(accessKey) !== undefined;
  }

  /** Throws `unauthenticated` unless the request carries a valid signature or token. */
  async authenticate(request: SignedRequest): Promise<Caller> {
    const { headers } = request;
    const token = headers['x-auth-token'];
    if (typeof token === 'string' && headers.authorization === undefined) {
      return this.sessions.token(token)?.caller ?? this.#refuse(headers, 'unknown token');
    }
    const verdict = verifySignature(request, this.#keyOf(headers), this.#options.clock.now());
    if (!verdict.ok) return this.#refuse(headers, verdict.why);
    const { 'x-security-token': securityToken } = headers;
    const caller =
      typeof securityToken === 'string'
        ? this.sessions.temporaryKey(securityToken)?.caller
        : this.keys.used(verdict.accessKey);
    return caller ?? this.#refuse(headers, 'unknown access key');
  }

  /**
   * The secret of an access key, for protocols with signatures of their own, and its user or agency. Undefined for a key
   * that is not valid now; a temporary key is valid with its token only.
   */
  signer(accessKey: string, securityToken: string | undefined): Signer | undefined {
    if (securityToken === undefined) {
      const secret = this.keys.secretOf(accessKey);
      return secret === undefined ? undefined : { secret, used: () => this.keys.used(accessKey) };
    }
    const temporary = this.sessions.temporaryKey(securityToken);
    if (temporary?.accessKey !== accessKey) return undefined;
    return { secret: temporary.secret, used: () => this.sessions.temporaryKey(securityToken)?.caller };
  }

  /**
   * Throws `forbidden`: with the same text whether the project is another's or does not exist, otherwise naming the
   * right that is missing.
   */
  authorize(caller: Caller, question: Question): void {
    this.#checkReach(caller, question);
    if (!this.#authorizer.allows(caller, question)) throw this.#lacks(question);
  }

  /**
   * Whether the caller may let functions of a project act for an agency, which a field names. Throws `unknown_agency`,
   * `forbidden`.
   */
  authorizePassing(caller: Caller, projectId: string, requested: { name: string; field: string; peer: Peer }): void {
    const { name, field, peer } = requested;
    const agency = this.agencies.usable(projectId, name, field);
    this.#checkReach(caller, { action: 'iam:agencies:pass', projectId });
    authorizePassing({ directory: this.#directory, authorizer: this.#authorizer }, caller, agency, { projectId, peer });
  }

  /** The agency of another account that a user may act for now. Throws `forbidden`. */
  assumable(caller: Caller, requested: AssumptionRequest, peer: Peer): Agency {
    const { clock } = this.#options;
    const deps = { directory: this.#directory, authorizer: this.#authorizer, clock };
    return assumableAgency(deps, caller, requested, peer);
  }

  /** Throws `forbidden` when the caller has the right on no resource at all. */
  authorizeAny(caller: Caller, question: Pick<Question, 'action' | 'projectId'>): void {
    this.#checkReach(caller, question);
    if (!this.#authorizer.mightAllow(caller, question)) throw this.#lacks(question);
  }

  /** Whether the caller has the right; for lists that show only the resources visible to the caller. */
  allows(caller: Caller, question: Question): boolean {
    return this.#reaches(caller, question) && this.#authorizer.allows(caller, question);
  }

  /** Whether the caller has the right on any resource: of the project, or of the account and the machine without one. */
  mightAllow(caller: Caller, question: Pick<Question, 'action' | 'projectId'>): boolean {
    return this.#reaches(caller, question) && this.#authorizer.mightAllow(caller, question);
  }

  /** Projects the caller may use. */
  projectsOf(caller: Caller): Project[] {
    const own = this.tenancy.projects(caller.domainId);
    return caller.projectId === undefined ? own : own.filter(({ id }) => id === caller.projectId);
  }

  /** The agency that functions of a project name, as caller; undefined when it is missing or expired. */
  agencyCaller(projectId: string, name: string): Caller | undefined {
    const domainId = this.#directory.projects.get(projectId)?.domainId ?? '';
    const agency = this.#directory.functionAgency(domainId, name);
    return agency === undefined ? undefined : this.callerOf({ kind: 'agency', id: agency.id });
  }

  /** A user or agency without a proof, for work that it requested earlier; undefined when it has lost access. */
  callerOf(principal: { readonly kind: 'user' | 'agency'; readonly id: string }): Caller | undefined {
    const { kind, id } = principal;
    if (kind === 'user') {
      const user = this.#directory.users.get(id);
      if (user?.enabled !== true) return undefined;
      return { userId: id, userName: user.name, domainId: user.domainId, principal, accessKey: '' };
    }
    const agency = this.#directory.agencies.get(id);
    const isOver = agency === undefined || (agency.expiresAt ?? Number.POSITIVE_INFINITY) <= this.#options.clock.now();
    if (isOver) return undefined;
    return { userId: '', userName: agency.name, domainId: agency.domainId, principal, accessKey: '' };
  }

  domainOf(caller: Caller): Domain | undefined {
    return this.tenancy.domain(caller.domainId);
  }

  /** Policies that count for a user or an agency in a project, or in the account as a whole. */
  policiesOf(principal: Caller['principal'], projectId: string | undefined): Policy[] {
    const found = new Set<Policy>();
    for (const { policyId, scope } of this.#directory.grantsFor(principal)) {
      const policy = this.#directory.policies.get(policyId);
      if (policy !== undefined && (scope.kind !== 'project' || scope.id === projectId)) found.add(policy);
    }
    return [...found];
  }

  #keyOf(headers: IncomingHttpHeaders): KeyOf {
    const securityToken = headers['x-security-token'];
    if (typeof securityToken !== 'string') return this.keys.hmacOf;
    const temporary = this.sessions.temporaryKey(securityToken);
    return (accessKey) => (temporary?.accessKey === accessKey ? temporary.key : undefined);
  }

  #reaches(caller: Caller, { action, projectId }: Pick<Question, 'action' | 'projectId'>): boolean {
    if (projectId === undefined) {
      return !action.startsWith('platform:') || this.domainOf(caller)?.operator === true;
    }
    if (this.#directory.projects.get(projectId)?.domainId !== caller.domainId) return false;
    return caller.projectId === undefined || caller.projectId === projectId;
  }

  #checkReach(caller: Caller, question: Pick<Question, 'action' | 'projectId'>): void {
    if (this.#reaches(caller, question)) return;
    const where = question.projectId === undefined ? 'on this machine' : 'in this project';
    throw new PlatformError('forbidden', `You may not do ${question.action} ${where}.`);
  }

  #lacks({ action }: Pick<Question, 'action'>): PlatformError {
    return new PlatformError('forbidden', `You may not do ${action} here.`, {
      hint: `Ask an administrator for a policy that allows ${action}.`,
    });
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
}
