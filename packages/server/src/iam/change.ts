import type { Clock } from '../lib/clock.ts';
import { KeyLock } from '../lib/key-lock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { ChangeFeed, Inserted } from '../storage/index.ts';
import type { Authorizer } from './authorizer.ts';
import type { Directory } from './directory.ts';
import type { IdentityStore } from './identity-store.ts';
import type { RightsStore } from './rights-store.ts';
import type { Caller } from './types.ts';

/** Parts that all identity services share. */
export interface ChangeParts {
  readonly identities: IdentityStore;
  readonly rights: RightsStore;
  readonly directory: Directory;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly changes: Changes;
}

/** Of one account. */
export const IDENTITY_LIMITS = {
  users: 10_000,
  groups: 1_000,
  policies: 1_000,
  agencies: 1_000,
  projects: 200,
  enterpriseProjects: 200,
  grantsOfHolder: 500,
} as const;

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N} _.@-]{0,63}$/u;

/** Throws `invalid_request`. */
export function checkName(name: string, field: string): void {
  if (NAME.test(name) && !name.endsWith(' ')) return;
  throw new PlatformError('invalid_request', `${field} is not a name`, {
    hint: 'At most 64 letters, digits, blanks, _ . @ and -; starts with a letter, digit or _.',
  });
}

export function taken(what: string, name: string): PlatformError {
  return new PlatformError('resource_exists', `there is a ${what} ${name} already`);
}

export function missing(what: string, id: string): PlatformError {
  return new PlatformError('not_found', `there is no ${what} ${id.slice(0, 64)}`);
}

/** One of them, and many. */
const NOUNS = {
  users: ['user', 'users'],
  groups: ['group', 'groups'],
  policies: ['policy', 'policies'],
  agencies: ['agency', 'agencies'],
  projects: ['project', 'projects'],
  enterpriseProjects: ['enterprise project', 'enterprise projects'],
} as const;

/** Throws `identity_quota`, `resource_exists`. */
export function checkAdded(outcome: Inserted, kind: keyof typeof NOUNS, name: string): void {
  const [one, many] = NOUNS[kind];
  if (outcome === 'taken') throw taken(one, name);
  if (outcome === 'full') throw identityQuota(IDENTITY_LIMITS[kind], many);
}

export function identityQuota(most: number, what: string): PlatformError {
  return new PlatformError('identity_quota', `the account has ${most} ${what}, as many as it may have`);
}

/** Changes an account in sequence, and refuses a change after which no user could revert it. */
export class Changes {
  readonly #directory: Directory;
  readonly #authorizer: Authorizer;
  readonly #feed: ChangeFeed;
  readonly #locks = new KeyLock();

  constructor(directory: Directory, authorizer: Authorizer, feed: ChangeFeed) {
    this.#directory = directory;
    this.#authorizer = authorizer;
    this.#feed = feed;
  }

  /**
   * Runs `work`, which stores a change, and resolves when the directory has it. Throws `not_found` for an account that
   * does not exist.
   */
  run<T>(domainId: string, work: () => Promise<T>): Promise<T> {
    return this.#locks.run(domainId, async () => {
      // it may have been deleted while this change waited
      if (!this.#directory.domains.has(domainId)) throw missing('account', domainId);
      const result = await work();
      await this.caughtUp();
      return result;
    });
  }

  /** Resolves when the directory has everything that was committed before the call. */
  caughtUp(): Promise<void> {
    return this.#feed.caughtUp();
  }

  /**
   * Throws `last_administrator` when no user could manage the identities of the account after `apply`. `apply` changes
   * the directory in one step, and `undo` reverts it; no other code sees the state in between.
   */
  refuseLastAdministrator(domainId: string, apply: () => void, undo: () => void): void {
    if (!this.#hasAdministrator(domainId)) return;
    apply();
    this.#directory.changed();
    const left = this.#hasAdministrator(domainId);
    undo();
    this.#directory.changed();
    if (left) return;
    throw new PlatformError('last_administrator', 'No user could manage the users of the account after this change.', {
      hint: 'Make another user an administrator first: a member of a group with the policy Security Administrator.',
    });
  }

  #hasAdministrator(domainId: string): boolean {
    for (const { id, name, enabled } of this.#directory.within(this.#directory.users, domainId)) {
      const principal = { kind: 'user', id } as const;
      const caller: Caller = { userId: id, userName: name, domainId, principal, accessKey: '' };
      const may = (action: string): boolean => this.#authorizer.allows(caller, { action, projectId: undefined });
      if (enabled && may('iam:users:updateUser') && may('iam:permissions:grantRoleToGroup')) return true;
    }
    return false;
  }
}
