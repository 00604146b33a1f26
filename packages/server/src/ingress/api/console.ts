import { ROUTES, type Route, type RouteResponse, type Routes } from '@funcgraph/api';
import type { Caller, Iam, User } from '../../iam/index.ts';
import { clientNetwork } from '../../lib/client-network.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { BrowserDoor } from '../console/browser-door.ts';
import { sessionCookie } from '../console/session-cookie.ts';
import { type ApiRequest, type Handlers, Reply } from '../http/handler.ts';
import { projectOf } from '../http/resource.ts';
import { recordLogin } from './login-record.ts';

type Ids = 'createConsoleSession' | 'showConsoleSession' | 'deleteConsoleSession' | 'createConsoleLink';

export interface ConsoleDeps {
  readonly iam: Iam;
  readonly region: string;
  readonly browsers: BrowserDoor;
  /** Address of the API for browsers, without a slash at the end. */
  readonly consoleAddress: () => string;
}

interface SignedIn {
  readonly user: User;
  readonly secret: string;
  readonly caller: Caller;
}

export const NOT_STORED = { 'cache-control': 'no-store' };

/** Signing in to the console and out of it. */
export function consoleHandlers(deps: ConsoleDeps): Handlers<Ids> {
  const { iam, browsers } = deps;
  return {
    async createConsoleSession(request) {
      const place = browsers.placeOf({ method: 'POST', headers: request.headers });
      const { secret, caller } = await signIn(iam, request);
      const headers = { ...NOT_STORED, 'set-cookie': sessionCookie(place, secret) };
      return new Reply(sessionReply(deps, caller, undefined), { headers });
    },

    async showConsoleSession({ caller, query }) {
      return new Reply(sessionReply(deps, caller, query.project_id), { headers: NOT_STORED });
    },

    async deleteConsoleSession({ caller, headers }) {
      await iam.console.end(sessionOf(iam, caller).id);
      const place = browsers.placeOf({ method: 'DELETE', headers });
      return new Reply({}, { headers: { 'set-cookie': sessionCookie(place, undefined) } });
    },

    async createConsoleLink({ caller }) {
      if (caller.principal.kind !== 'user' || iam.keys.find(caller.accessKey) === undefined) {
        throw new PlatformError('forbidden', 'Sign-in links are for users, and need one of their access keys.', {
          hint: 'Tokens and temporary keys cannot make one, because the session would outlive them.',
        });
      }
      const { token, expiresAt } = iam.signInLinks.issue(
        iam.users.find(caller.domainId, caller.userId),
        caller.accessKey,
      );
      const url = `${deps.consoleAddress()}/console/#token=${token}`;
      return new Reply({ url, expires_at: new Date(expiresAt).toISOString() }, { headers: NOT_STORED });
    },
  };
}

/** An old session of the browser is replaced by one with a new secret, and never continued. */
async function signIn(iam: Iam, request: ApiRequest<'createConsoleSession'>): Promise<SignedIn> {
  const { name, password, domain, token } = request.body;
  if (token !== undefined && name === undefined && password === undefined) return withLink(iam, request, token);
  if (token === undefined && name !== undefined && password !== undefined) {
    return withPassword(iam, request, { name, password, domain });
  }
  throw new PlatformError('invalid_request', 'the body must have name and password, or token');
}

export const LOGIN = { operation: 'createConsoleSession', action: 'iam:sessions:create', status: 200 } as const;

function withPassword(
  iam: Iam,
  request: ApiRequest<'createConsoleSession'>,
  { name, password, domain }: { name: string; password: string; domain: string | undefined },
): Promise<SignedIn> {
  const account = domain === undefined ? undefined : { name: domain };
  const login = { ...LOGIN, name, domainId: iam.logins.domainIdOf(account) ?? '' };
  return recordLogin(iam, request, login, async () => {
    const client = clientNetwork(request.peer.remoteAddress);
    const { user } = await iam.logins.identified({ user: name, password, domain: account, client });
    return { user, ...(await iam.console.begin(user)) };
  });
}

/** A token that this platform did not make is in no audit log: it names no account. */
async function withLink(iam: Iam, request: ApiRequest<'createConsoleSession'>, token: string): Promise<SignedIn> {
  const link = iam.signInLinks.read(token);
  const user = link === undefined ? undefined : iam.console.userOf(link);
  if (link === undefined || user === undefined) {
    throw new PlatformError('unauthenticated', 'The link is not valid, or has ended.', {
      hint: 'Links hold for ten minutes. Make another one with: fgs console',
    });
  }
  const login = { ...LOGIN, name: user.name, domainId: user.domainId };
  return recordLogin(iam, request, login, async () => ({ user, ...(await iam.console.begin(user, link)) }));
}

function sessionOf(iam: Iam, { consoleSession = '' }: Caller): NonNullable<ReturnType<Iam['console']['get']>> {
  const session = iam.console.get(consoleSession);
  if (session !== undefined) return session;
  throw new PlatformError('unauthenticated', 'The request has no session of the console.');
}

/** Throws `not_found` for a project that the user cannot reach. */
export function sessionReply(
  { iam, region }: Pick<ConsoleDeps, 'iam' | 'region'>,
  caller: Caller,
  requested: string | undefined,
): RouteResponse<Routes['showConsoleSession']> {
  const { expiresAt } = sessionOf(iam, caller);
  const account = iam.domainOf(caller);
  const projects = iam.projectsOf(caller).map(({ id, name }) => ({ id, name }));
  const project = requested === undefined ? projects[0] : projects.find(({ id }) => id === requested);
  if (requested !== undefined && project === undefined)
    throw new PlatformError('not_found', 'there is no such project');
  return {
    user: caller.userName,
    user_id: caller.userId,
    account: account?.name ?? '',
    account_id: caller.domainId,
    operator: account?.operator === true,
    project_id: project?.id ?? '',
    projects,
    region,
    rights: rightsOf(iam, caller, project?.id),
    idle_seconds: iam.console.times.idleMs / 1000,
    expires_at: new Date(expiresAt).toISOString(),
  };
}

/** Every action that an operation needs, with whether it is about a project. */
const ACTIONS = new Map(
  Object.values<Route>(ROUTES)
    .filter(({ auth }) => auth === 'required')
    .map((route) => [route.action, projectOf(route, { project_id: 'p' }) !== undefined] as const),
);

function rightsOf(iam: Iam, caller: Caller, projectId: string | undefined): string[] {
  const allowed: string[] = [];
  for (const [action, ofProject] of ACTIONS) {
    if (ofProject && projectId === undefined) continue;
    if (iam.mightAllow(caller, { action, projectId: ofProject ? projectId : undefined })) allowed.push(action);
  }
  return allowed.sort();
}
