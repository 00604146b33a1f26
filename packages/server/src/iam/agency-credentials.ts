import { MAX_DEPTH } from '../domain/call-depth.ts';
import type { Clock } from '../lib/clock.ts';
import type { Directory } from './directory.ts';
import type { Sessions } from './sessions.ts';
import type { Agency } from './types.ts';

/** Lifetime of the credentials that functions get (guide 3.3.3). */
const LIFETIME_MS = 24 * 60 * 60 * 1000;
/** Functions get the same for as long. */
const KEEP_MS = 10 * 60 * 1000;
const MAX_KEPT = 10_000;
/** The last function of a chain has a key whose calls are refused. */
const MAX_KEY_DEPTH = MAX_DEPTH + 1;

/** As the runtime protocol carries them. */
export interface FunctionCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityAccessKey: string;
  readonly securitySecretKey: string;
  readonly securityToken: string;
  readonly authToken: string;
}

interface CachedCredentials {
  readonly agency: Agency;
  readonly until: number;
  readonly credentials: FunctionCredentials;
}

export interface AgencyCredentialsOptions {
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly clock: Clock;
}

/** Temporary credentials of agencies for functions. Each is kept for ten minutes, long before it ends. */
export class AgencyCredentials {
  readonly #options: AgencyCredentialsOptions;
  readonly #kept = new Map<string, Map<string, CachedCredentials>>();

  constructor(options: AgencyCredentialsOptions) {
    this.#options = options;
  }

  /**
   * From memory mostly; the same object until it is renewed. `depth` is that of the caller that uses them. Undefined
   * without an agency, or when it has expired.
   */
  of(projectId: string, agencyName: string, depth: number): FunctionCredentials | undefined {
    if (agencyName === '') return undefined;
    const name = `${Math.min(depth, MAX_KEY_DEPTH)} ${agencyName}`;
    const { directory, clock } = this.#options;
    const now = clock.now();
    const kept = this.#kept.get(projectId)?.get(name);
    if (kept !== undefined && kept.until > now && directory.agencies.get(kept.agency.id) === kept.agency) {
      return kept.credentials;
    }
    const domainId = directory.projects.get(projectId)?.domainId ?? '';
    const agency = directory.functionAgency(domainId, agencyName);
    if (agency === undefined || (agency.expiresAt !== null && agency.expiresAt <= now)) return undefined;
    const credentials = this.#make(projectId, agency, { now, depth: Math.min(depth, MAX_KEY_DEPTH) });
    const until = Math.min(now + KEEP_MS, agency.expiresAt ?? Number.POSITIVE_INFINITY);
    this.#keep(projectId, name, { agency, until, credentials });
    return credentials;
  }

  #make(projectId: string, agency: Agency, { now, depth }: { now: number; depth: number }): FunctionCredentials {
    const expiresAt = Math.min(now + LIFETIME_MS, agency.expiresAt ?? Number.POSITIVE_INFINITY);
    const request = { principal: { kind: 'agency', id: agency.id }, projectId, expiresAt, depth } as const;
    const { accessKey, secretKey, securityToken } = this.#options.sessions.issueKey(request);
    return {
      accessKey,
      secretKey,
      securityAccessKey: accessKey,
      securitySecretKey: secretKey,
      securityToken,
      authToken: this.#options.sessions.issueToken(request),
    };
  }

  #keep(projectId: string, name: string, kept: CachedCredentials): void {
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const agencies = this.#kept.get(projectId) ?? new Map<string, CachedCredentials>();
    if (agencies.size >= MAX_KEPT) agencies.clear();
    this.#kept.set(projectId, agencies.set(name, kept));
  }
}
