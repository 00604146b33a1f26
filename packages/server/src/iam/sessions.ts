import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Clock } from '../lib/clock.ts';
import { HmacKey } from '../lib/hmac-key.ts';
import type { Sealer } from '../lib/sealer.ts';
import { Secret } from '../lib/secret.ts';
import type { Directory } from './directory.ts';
import { type Caller, FIRST_GENERATION, FUNCTION_SERVICE } from './types.ts';

const MAX_KEPT = 10_000;
/** A longer text is no token of ours. */
const MAX_TOKEN_CHARS = 2_048;

const Claims = Type.Object({
  /** `t`: a token. `k`: the contents of a temporary key. */
  t: Type.Union([Type.Literal('t'), Type.Literal('k')]),
  /** `u`: a user. `a`: an agency. */
  p: Type.Union([Type.Literal('u'), Type.Literal('a')]),
  id: Type.String(),
  /** Project that it is bound to; empty for none. */
  pr: Type.String(),
  /** The generation of the user's sessions. Absent for the first, and in tokens of versions without generations. */
  g: Type.Optional(Type.String()),
  iat: Type.Number(),
  exp: Type.Number(),
  /** The permanent key that requested a temporary one. */
  by: Type.Optional(Type.String()),
  /** Its own id, of a token that can be revoked. */
  j: Type.Optional(Type.String()),
  /** Ids of the tokens that it was made from: it ends with each of them. */
  f: Type.Optional(Type.Array(Type.String())),
  /** Functions that ran one after another, up to the one that has it. */
  d: Type.Optional(Type.Integer({ minimum: 1 })),
  /** The user of another account who assumed the agency. */
  u: Type.Optional(Type.String()),
  /** Access key and secret, for `k`. */
  ak: Type.Optional(Type.String()),
  sk: Type.Optional(Type.String()),
});
const claimsForm = Compile(Claims);
type Claims = Type.Static<typeof Claims>;

/** For whom a session is, and until when. */
export interface SessionRequest {
  readonly principal: { readonly kind: 'user' | 'agency'; readonly id: string };
  readonly projectId: string | undefined;
  readonly expiresAt: number;
  /** The permanent key of the request: the session is valid only while that key is. */
  readonly issuedBy?: string;
  /** Ids of the tokens that it is made from, the first one first: it ends with each of them. */
  readonly madeFrom?: readonly string[];
  /** The user of another account who assumes the agency. */
  readonly assumedBy?: string;
  /** See `Caller`. */
  readonly depth?: number;
  /** Of the user, when the proof was checked; needed where the user may have changed since. */
  readonly generation?: string;
}

export interface TemporaryKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken: string;
  readonly expiresAt: number;
}

/** A temporary key that is valid now. */
export interface VerifyingKey {
  readonly accessKey: string;
  readonly key: HmacKey;
  readonly secret: Secret;
  readonly caller: Caller;
}

/** A session that holds now. */
export interface Session {
  readonly caller: Caller;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Undefined for one that cannot be revoked: those of functions, which share them. */
  readonly id: string | undefined;
  readonly madeFrom: readonly string[];
  /** Of the user's sessions. */
  readonly generation: string;
}

interface Opened {
  readonly claims: Claims;
  readonly caller: Caller;
  readonly key: HmacKey | undefined;
}

export interface SessionsOptions {
  readonly sealer: Sealer;
  readonly directory: Directory;
  readonly clock: Clock;
  /** Whether a permanent key exists and is enabled. */
  readonly isActive: (accessKey: string) => boolean;
}

/**
 * Tokens and temporary keys. Their contents are sealed with the key of the data directory, so none is stored and all
 * survive a restart; each use checks that the user or agency still exists, and that the key that requested it is still
 * valid.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #opened = new Map<string, Opened>();
  /** Ids of revoked tokens, and when those would have ended. */
  readonly #revoked = new Map<string, number>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** A token for `X-Auth-Token`. */
  issueToken(request: SessionRequest): string {
    const isPersonal = request.principal.kind === 'user' || request.assumedBy !== undefined;
    const own = isPersonal ? { j: randomBytes(9).toString('base64url') } : {};
    return this.#seal({ ...this.#claims('t', request), ...own });
  }

  /** Ends a token, and all tokens and keys that were made from it. */
  revoke(id: string, expiresAt: number): void {
    const now = this.#options.clock.now();
    for (const [other, end] of this.#revoked) if (end <= now) this.#revoked.delete(other);
    this.#revoked.set(id, expiresAt);
    for (const [text, { claims }] of this.#opened) if (this.#isRevoked(claims)) this.#opened.delete(text);
  }

  /** A key that signs requests together with its token in `X-Security-Token`. */
  issueKey(request: SessionRequest): TemporaryKey {
    const accessKey = `T${randomBytes(10).toString('hex').toUpperCase()}`;
    const secretKey = randomBytes(30).toString('base64url');
    const securityToken = this.#seal({ ...this.#claims('k', request), ak: accessKey, sk: secretKey });
    return { accessKey, secretKey, securityToken, expiresAt: request.expiresAt };
  }

  /** Undefined for text that is no token, for an expired one, or when its user or agency has lost access. */
  token(text: string): Session | undefined {
    const opened = this.#open(text);
    return opened?.claims.t === 't' ? this.#session(opened) : undefined;
  }

  /** The key that a security token belongs to; undefined as for `token`. */
  temporaryKey(text: string): VerifyingKey | undefined {
    const opened = this.#open(text);
    const session = opened === undefined ? undefined : this.#session(opened);
    if (opened?.key === undefined || session === undefined) return undefined;
    const { caller, key, claims } = opened;
    return { accessKey: caller.accessKey, key, secret: new Secret(claims.sk ?? ''), caller };
  }

  #isRevoked({ j, f = [] }: Claims): boolean {
    return (j !== undefined && this.#revoked.has(j)) || f.some((id) => this.#revoked.has(id));
  }

  #claims(t: 't' | 'k', request: SessionRequest): Claims {
    const { principal, projectId, expiresAt, issuedBy, madeFrom = [], assumedBy, depth = 0 } = request;
    const p = principal.kind === 'user' ? 'u' : 'a';
    const by = issuedBy === undefined ? {} : { by: issuedBy };
    const f = madeFrom.length === 0 ? {} : { f: [...madeFrom] };
    const d = depth === 0 ? {} : { d: depth };
    const u = assumedBy === undefined ? {} : { u: assumedBy };
    const userId = p === 'u' ? principal.id : assumedBy;
    const { generation = this.#generationOf(userId) } = request;
    const g = generation === FIRST_GENERATION ? {} : { g: generation };
    return {
      t,
      p,
      id: principal.id,
      pr: projectId ?? '',
      iat: this.#options.clock.now(),
      exp: expiresAt,
      ...by,
      ...f,
      ...d,
      ...u,
      ...g,
    };
  }

  #generationOf(userId: string | undefined): string {
    const user = userId === undefined ? undefined : this.#options.directory.users.get(userId);
    return user?.sessionGeneration ?? FIRST_GENERATION;
  }

  #seal(claims: Claims): string {
    return this.#options.sealer.seal(JSON.stringify(claims));
  }

  #open(text: string): Opened | undefined {
    const known = this.#opened.get(text);
    if (known !== undefined) return known;
    if (text.length > MAX_TOKEN_CHARS) return undefined;
    const claims = this.#read(text);
    // the known ones were looked at when they were revoked, so that a use of them costs nothing more
    if (claims === undefined || this.#isRevoked(claims)) return undefined;
    const caller = this.#callerOf(claims);
    if (caller === undefined) return undefined;
    const opened = { claims, caller, key: claims.sk === undefined ? undefined : new HmacKey(claims.sk) };
    if (this.#opened.size >= MAX_KEPT) this.#opened.clear();
    this.#opened.set(text, opened);
    return opened;
  }

  #read(text: string): Claims | undefined {
    // only one spelling of the token is valid, although others decode to the same bytes
    if (Buffer.from(text, 'base64').toString('base64') !== text) return undefined;
    try {
      const claims: unknown = JSON.parse(this.#options.sealer.open(text));
      return claimsForm.Check(claims) ? claims : undefined;
    } catch {
      return undefined; // not sealed by us
    }
  }

  #callerOf({ p, id, pr, d, u, ak = '' }: Claims): Caller | undefined {
    const { directory } = this.#options;
    const bound = { accessKey: ak, ...(pr === '' ? {} : { projectId: pr }), ...(d === undefined ? {} : { depth: d }) };
    if (p === 'u') {
      const user = directory.users.get(id);
      if (user === undefined) return undefined;
      return { userId: id, userName: user.name, domainId: user.domainId, principal: { kind: 'user', id }, ...bound };
    }
    const agency = directory.agencies.get(id);
    const user = u === undefined ? undefined : directory.users.get(u);
    if (agency === undefined || (u !== undefined && user === undefined)) return undefined;
    const by = user && { assumedBy: { userId: user.id, userName: user.name, domainId: user.domainId } };
    return {
      userId: '',
      userName: agency.name,
      domainId: agency.domainId,
      principal: { kind: 'agency', id },
      ...by,
      ...bound,
    };
  }

  #session({ claims, caller }: Opened): Session | undefined {
    const { directory, clock } = this.#options;
    const now = clock.now();
    if (claims.exp <= now) return undefined;
    const userId = claims.p === 'u' ? claims.id : claims.u;
    const user = userId === undefined ? undefined : directory.users.get(userId);
    const { g: generation = FIRST_GENERATION } = claims;
    if (userId !== undefined && (user?.enabled !== true || user.sessionGeneration !== generation)) return undefined;
    if (claims.p === 'a') {
      const agency = directory.agencies.get(claims.id);
      if (agency === undefined || (agency.expiresAt !== null && agency.expiresAt <= now)) return undefined;
      if (agency.trustedService !== (user?.domainId ?? FUNCTION_SERVICE)) return undefined;
    }
    if (claims.by !== undefined && !this.#options.isActive(claims.by)) return undefined;
    if (claims.pr !== '' && !directory.projects.has(claims.pr)) return undefined;
    const { iat: issuedAt, exp: expiresAt, j: id, f: madeFrom = [] } = claims;
    return { caller, issuedAt, expiresAt, id, madeFrom, generation };
  }
}
