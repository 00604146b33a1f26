import type { Iam, LoginScope } from '../../iam/index.ts';
import { chainOf } from '../../iam/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ApiRequest, Reply } from '../http/handler.ts';
import { assumedTokenReply } from './identity-reply.ts';
import { recordLogin } from './login-record.ts';

type Request = Pick<ApiRequest<'createToken' | 'createTemporaryKey'>, 'id' | 'caller' | 'peer' | 'headers'>;
type Body = NonNullable<ApiRequest<'createTemporaryKey'>['body']['auth']['identity']['assume_role']>;

const TOKEN_SECONDS = 24 * 60 * 60;
const KEY_SECONDS = 900;

/** Tokens and temporary keys for agencies of other accounts. */
export class AssumedRoles {
  readonly #iam: Iam;
  readonly #clock: Clock;

  constructor(iam: Iam, clock: Clock) {
    this.#iam = iam;
    this.#clock = clock;
  }

  /** Throws `unauthenticated`, `forbidden`, `invalid_request`. */
  async token(request: ApiRequest<'createToken'>): Promise<Reply> {
    const { assume_role: role } = request.body.auth.identity;
    const assumed = await this.#assume(request, role, 'createToken', { scope: request.body.auth.scope });
    const token = this.#iam.sessions.issueToken(assumed.session);
    const body = assumedTokenReply(assumed, this.#iam.policiesOf(assumed.session.principal, assumed.project?.id));
    return new Reply(body, { status: 201, headers: { 'X-Subject-Token': token } });
  }

  /** Throws `unauthenticated`, `forbidden`, `invalid_request`. */
  async key(request: ApiRequest<'createTemporaryKey'>) {
    const { assume_role: role } = request.body.auth.identity;
    const seconds = role?.duration_seconds ?? KEY_SECONDS;
    const { session } = await this.#assume(request, role, 'createTemporaryKey', { seconds });
    return this.#iam.sessions.issueKey(session);
  }

  async #assume(
    request: Request,
    role: Body | undefined,
    operation: 'createToken' | 'createTemporaryKey',
    { scope, seconds = TOKEN_SECONDS }: { scope?: LoginScope | undefined; seconds?: number },
  ) {
    if (role === undefined || (role.domain_id === undefined && role.domain_name === undefined)) {
      throw new PlatformError('invalid_request', 'auth.identity.assume_role needs agency_name and domain_name', {
        hint: 'domain_name, or domain_id, is the account that has the agency.',
      });
    }
    const account = { id: role.domain_id, name: role.domain_name };
    const from = this.#proof(request);
    const attempted = {
      operation,
      action: 'iam:agencies:assume',
      name: `${role.domain_name ?? role.domain_id}/${role.agency_name}`,
      domainId: request.caller.domainId,
      status: 201,
    };
    const { agency } = await recordLogin(this.#iam, request, attempted, async () => {
      const found = this.#iam.assumable(request.caller, { account, agencyName: role.agency_name }, request.peer);
      const user = { id: request.caller.userId, name: request.caller.userName, domainId: found.domainId };
      return { agency: found, user };
    });
    const domain = this.#iam.tenancy.domain(agency.domainId);
    const home = this.#iam.domainOf(request.caller);
    const target = scope === undefined ? { project: undefined } : this.#iam.logins.scopeIn(agency.domainId, scope);
    if (domain === undefined || home === undefined || target === undefined) {
      throw new PlatformError('forbidden', 'auth.scope names no project of the account that has the agency.');
    }
    const issuedAt = this.#clock.now();
    const ends = agency.expiresAt ?? Number.POSITIVE_INFINITY;
    const expiresAt = Math.min(issuedAt + seconds * 1000, from.until, ends);
    const { userId, userName } = request.caller;
    const session = {
      principal: { kind: 'agency', id: agency.id },
      projectId: target.project?.id,
      expiresAt,
      assumedBy: userId,
      ...from.chain,
    } as const;
    const user = { id: userId, name: userName, domain: home };
    return { agency, domain, user, project: target.project, issuedAt, expiresAt, session };
  }

  /** The assumption ends with the key or the token that proved the user. */
  #proof({ caller, headers }: Request): { readonly until: number; readonly chain: object } {
    if (caller.principal.kind === 'nobody') {
      throw new PlatformError('unauthenticated', 'To assume an agency takes the token or a signature of a user.');
    }
    if (caller.consoleSession !== undefined) {
      throw new PlatformError('forbidden', 'A session of the console assumes no agency.');
    }
    if (caller.accessKey === '') {
      const token = headers['x-auth-token'];
      const session = typeof token === 'string' ? this.#iam.sessions.token(token) : undefined;
      if (session === undefined) throw new PlatformError('unauthenticated', 'The token is not valid any more.');
      return { until: session.expiresAt, chain: { madeFrom: chainOf(session), generation: session.generation } };
    }
    if (caller.principal.kind === 'user' && this.#iam.keys.find(caller.accessKey) === undefined) {
      throw new PlatformError('forbidden', 'A temporary key assumes no agency.', {
        hint: 'Use a token or an access key of a user.',
      });
    }
    return { until: Number.POSITIVE_INFINITY, chain: { issuedBy: caller.accessKey } };
  }
}
