import type { RouteResponse, Routes } from '@funcgraph/api';
import {
  type Caller,
  chainOf,
  type Iam,
  type IssuedToken,
  type Policy,
  type Project,
  projectOfRegion,
  type TemporaryKey,
} from '../../iam/index.ts';
import { clientNetwork } from '../../lib/client-network.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ApiRequest, type Handlers, Reply } from '../http/handler.ts';
import { apiAddress } from './api-address.ts';
import { AssumedRoles } from './assumed-role.ts';
import { apiVersionReply, domainReply, projectReply, regionReply, tokenReply } from './identity-reply.ts';
import { recordLogin } from './login-record.ts';

type Ids =
  | 'createToken'
  | 'showToken'
  | 'revokeToken'
  | 'listProjects'
  | 'listRegions'
  | 'showRegion'
  | 'listApiVersions'
  | 'showApiVersion'
  | 'listAuthProjects'
  | 'createProject'
  | 'showProject'
  | 'deleteProject'
  | 'listAuthDomains'
  | 'createTemporaryKey'
  | 'listAccounts'
  | 'createAccount'
  | 'deleteAccount';

const TEMPORARY_KEY_SECONDS = 900;

/** Tokens, temporary keys, projects and accounts. */
export function identityHandlers({
  iam,
  clock,
  region,
  publicUrl,
}: {
  readonly iam: Iam;
  readonly clock: Clock;
  readonly region: string;
  /** Where clients reach the API, when that is not the address of their requests. */
  readonly publicUrl: string | undefined;
}): Handlers<Ids> {
  const roles = new AssumedRoles(iam, clock);
  return {
    async createToken(request) {
      if (request.body.auth.identity.methods.includes('assume_role')) return roles.token(request);
      const { user } = request.body.auth.identity.password ?? {};
      const attempted = {
        operation: 'createToken',
        action: 'iam:tokens:create',
        name: user?.name ?? '',
        domainId: iam.logins.domainIdOf(user?.domain) ?? '',
        status: 201,
      } as const;
      const issued = await recordLogin(iam, request, attempted, () => login(iam, request));
      const body = tokenReply(issued, policiesOf(iam, issued));
      return new Reply(body, { status: 201, headers: { 'X-Subject-Token': issued.token } });
    },

    async showToken(request) {
      const { 'x-subject-token': token } = request.headers;
      const issued = typeof token === 'string' ? iam.logins.describe(token) : undefined;
      if (issued === undefined || issued.domain.id !== request.caller.domainId) {
        throw new PlatformError('not_found', 'X-Subject-Token holds no valid token');
      }
      if (issued.user.id !== request.caller.userId) ask(iam, request, 'iam:tokens:getToken');
      const body = tokenReply(issued, policiesOf(iam, issued));
      return new Reply(body, { headers: { 'X-Subject-Token': issued.token } });
    },

    async revokeToken(request) {
      const { 'x-subject-token': token } = request.headers;
      const session = typeof token === 'string' ? iam.sessions.token(token) : undefined;
      const { domainId } = request.caller;
      if (session?.id === undefined || session.caller.domainId !== domainId) {
        throw new PlatformError('not_found', 'X-Subject-Token holds no valid token of a user');
      }
      if (!isSame(session.caller, request.caller)) ask(iam, request, 'iam:tokens:revokeToken');
      await iam.revocations.add({ id: session.id, domainId, expiresAt: session.expiresAt });
      return {};
    },

    async listProjects(request) {
      const { name } = request.query;
      const own = iam.projectsOf(request.caller);
      if (!name) return { projects: own.map(projectReply), links: {} };
      if (name === region) {
        // SDKs that have a region only take its one project
        const usual = projectOfRegion(own, region);
        return { projects: usual === undefined ? [] : [projectReply({ ...usual, name })], links: {} };
      }
      return { projects: own.filter((p) => p.name === name).map(projectReply), links: {} };
    },

    async listRegions() {
      return { regions: [regionReply(region)], links: {} };
    },

    async showRegion(request) {
      if (request.params.region_id !== region) throw new PlatformError('not_found', `the region is ${region}`);
      return { region: regionReply(region) };
    },

    async listApiVersions(request) {
      return { versions: { values: [apiVersionReply(apiAddress(publicUrl, request))] } };
    },

    async showApiVersion(request) {
      return { version: apiVersionReply(apiAddress(publicUrl, request)) };
    },

    async listAuthProjects(request) {
      return { projects: iam.projectsOf(request.caller).map(projectReply), links: {} };
    },

    async createProject(request) {
      const { name, description = '' } = request.body.project;
      return { project: projectReply(await iam.tenancy.createProject(request.caller.domainId, { name, description })) };
    },

    async showProject(request) {
      return { project: projectReply(reachable(iam, request)) };
    },

    async deleteProject(request) {
      ask(iam, request, 'iam:projects:deleteProject');
      await iam.tenancy.removeProject(request.caller.domainId, reachable(iam, request).id);
      return {};
    },

    async listAuthDomains(request) {
      const domain = iam.domainOf(request.caller);
      return { domains: domain === undefined ? [] : [domainReply(domain)], links: {} };
    },

    async createTemporaryKey(request) {
      const { methods, token } = request.body.auth.identity;
      if (methods.includes('assume_role')) return { credential: keyReply(await roles.key(request)) };
      if (!methods.includes('token')) {
        throw new PlatformError('invalid_request', 'auth.identity.methods must name token or assume_role');
      }
      const { caller, until, ...from } = temporaryFor(
        iam,
        request.caller,
        token?.id ?? header(request, 'x-auth-token'),
      );
      const requested = clock.now() + (token?.duration_seconds ?? TEMPORARY_KEY_SECONDS) * 1000;
      const { kind, id } = caller.principal;
      if (kind === 'nobody') throw new PlatformError('forbidden', 'A caller without identity cannot have a key.');
      const expiresAt = Math.min(requested, until);
      const key = iam.sessions.issueKey({ principal: { kind, id }, projectId: caller.projectId, expiresAt, ...from });
      return { credential: keyReply(key) };
    },

    async listAccounts() {
      return { domains: iam.tenancy.domains().map(domainReply) };
    },

    async createAccount(request) {
      const { name, project_name: projectName = 'default', user_name: userName = 'admin' } = request.body;
      const password = request.body.password ?? iam.newPassword();
      const made = await iam.accounts.create({ name, projectName, userName, password });
      return {
        domain_id: made.domain.id,
        domain_name: made.domain.name,
        project_id: made.project.id,
        project_name: made.project.name,
        user_id: made.userId,
        user: made.userName,
        password: made.password,
        access_key: made.accessKey,
        secret_key: made.secretKey,
      };
    },

    async deleteAccount(request) {
      await iam.accounts.remove(request.params.domain_id);
      return {};
    },
  };
}

/** The user of a token, or the same user for the same agency. */
function isSame(a: Caller, b: Caller): boolean {
  return a.principal.id === b.principal.id && a.assumedBy?.userId === b.assumedBy?.userId;
}

function policiesOf(iam: Iam, { user, project }: IssuedToken): Policy[] {
  return iam.policiesOf({ kind: 'user', id: user.id }, project?.id);
}

function keyReply(key: TemporaryKey): RouteResponse<Routes['createTemporaryKey']>['credential'] {
  return {
    access: key.accessKey,
    secret: key.secretKey,
    securitytoken: key.securityToken,
    expires_at: new Date(key.expiresAt).toISOString().replace('Z', '000Z'),
  };
}

/**
 * The project of a path; it must belong to the account and, for a token with one project, be that one. Throws
 * `not_found`.
 */
function reachable(iam: Iam, { caller, params }: ApiRequest<'showProject' | 'deleteProject'>): Project {
  const project = iam.projectsOf(caller).find(({ id }) => id === params.project_id);
  if (project === undefined) throw new PlatformError('not_found', 'there is no such project');
  return project;
}

/** Checks a right in the account. Throws `forbidden`. */
export function ask(
  iam: Iam,
  request: { readonly caller: Caller; readonly peer: ApiRequest<Ids>['peer'] },
  action: string,
): void {
  iam.authorize(request.caller, { action, projectId: undefined, peer: request.peer });
}

async function login(iam: Iam, { body, peer }: ApiRequest<'createToken'>): Promise<IssuedToken> {
  const { identity, scope } = body.auth;
  if (identity.methods.includes('password') && identity.password !== undefined) {
    const { name, password, domain } = identity.password.user;
    return iam.logins.withPassword({ user: name, password, domain, scope, client: clientNetwork(peer.remoteAddress) });
  }
  if (identity.methods.includes('token') && identity.token !== undefined) {
    return iam.logins.withToken(identity.token.id, scope);
  }
  throw new PlatformError('invalid_request', 'auth.identity must use the method password and name a user, or token');
}

/** The principal and lifetime of a temporary key: it ends no later than the proof of the request. */
function temporaryFor(
  iam: Iam,
  caller: Caller,
  token: string | undefined,
): {
  readonly caller: Caller;
  readonly until: number;
  readonly issuedBy?: string;
  readonly madeFrom?: readonly string[];
} {
  if (caller.consoleSession !== undefined) {
    throw new PlatformError('forbidden', 'A session of the console makes no temporary key, which could outlive it.');
  }
  const session = token === undefined ? undefined : iam.sessions.token(token);
  if (token !== undefined && session?.caller.domainId !== caller.domainId) {
    throw new PlatformError('unauthenticated', 'The token is not valid any more.');
  }
  if (caller.assumedBy !== undefined || session?.caller.assumedBy !== undefined) {
    throw new PlatformError('forbidden', 'The token of an agency makes no key: assume the agency for a key.');
  }
  if (session !== undefined) {
    return { caller: session.caller, until: session.expiresAt, madeFrom: chainOf(session) };
  }
  if (caller.accessKey !== '' && iam.keys.find(caller.accessKey) === undefined) {
    throw new PlatformError('forbidden', 'A temporary key cannot make another.', {
      hint: 'Use a token or an access key of a user.',
    });
  }
  return {
    caller,
    until: Number.POSITIVE_INFINITY,
    ...(caller.accessKey === '' ? {} : { issuedBy: caller.accessKey }),
  };
}

function header({ headers }: Pick<ApiRequest<Ids>, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
