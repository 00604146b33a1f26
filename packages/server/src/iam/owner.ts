import { randomBytes } from 'node:crypto';
import type { Sealer } from '../lib/sealer.ts';
import type { Directory } from './directory.ts';
import type { StoredKey } from './identity-store.ts';
import { hashPassword, newPassword } from './password.ts';
import { SECURITY_ADMINISTRATOR, TENANT_ADMINISTRATOR } from './policy/system-policies.ts';
import type { Membership } from './rights-store.ts';
import { type Domain, FIRST_GENERATION, type Grant, type Group, type Project, type User } from './types.ts';

/** Name of the first account, its project, and its first user. */
const ACCOUNT = 'default';
const USER = 'admin';
const GROUP = 'admin';

/** The credentials of an administrator of the machine. Secret. */
export interface OwnerCredentials {
  readonly projectId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly user: string;
  readonly password: string;
}

/** Rows that make an administrator of the machine. Stored together or not at all. */
export interface OwnerRows {
  readonly domain: Domain | undefined;
  readonly project: Project | undefined;
  /** New, or as it is from now on. */
  readonly user: User;
  readonly userExists: boolean;
  readonly group: Group | undefined;
  readonly membership: Membership | undefined;
  readonly grants: readonly Grant[];
  /** Replaces all keys of the user. */
  readonly key: StoredKey;
}

export interface OwnerPlan {
  readonly credentials: OwnerCredentials;
  readonly rows: OwnerRows;
}

/**
 * An administrator with a new password and a new key, in the operator's account. Uses what exists of the account, its
 * project, user, group and grants, and adds what is missing; so it also completes an account that is only partly there.
 * Changes nothing.
 */
export async function planOwner(
  directory: Directory,
  options: {
    readonly now: number;
    readonly sealer: Sealer;
    readonly userName?: string;
    readonly passwordCost?: number | undefined;
  },
): Promise<OwnerPlan> {
  const { now, sealer, userName = USER, passwordCost } = options;
  const password = newPassword();
  const passwordHash = await hashPassword(password, passwordCost);
  const known = [...directory.domains.values()].find(({ operator }) => operator);
  const domain = known ?? { id: newId(), name: ACCOUNT, operator: true };
  const projects = [...directory.within(directory.projects, domain.id)];
  const found = projects.find(({ name }) => name === ACCOUNT) ?? projects[0];
  const project = found ?? { id: newId(), name: ACCOUNT, domainId: domain.id, description: '' };
  const before = directory.userByName(domain.id, userName);
  const user: User = {
    ...(before ?? newUser(domain.id, userName, now)),
    passwordHash,
    enabled: true,
    sessionsFrom: now,
  };
  const oldGroup = [...directory.within(directory.groups, domain.id)].find(({ name }) => name === GROUP);
  const group = oldGroup ?? newGroup(domain.id, now);
  const isMember = directory.groupsOf(user.id).some(({ id }) => id === group.id);
  const accessKey = randomBytes(10).toString('hex').toUpperCase();
  const secretKey = randomBytes(30).toString('base64url');
  const key = { accessKey, userId: user.id, description: '', enabled: true, createdAt: now, lastUsedAt: null };
  return {
    credentials: { projectId: project.id, accessKey, secretKey, user: user.name, password },
    rows: {
      domain: known === undefined ? domain : undefined,
      project: found === undefined ? project : undefined,
      user,
      userExists: before !== undefined,
      group: oldGroup === undefined ? group : undefined,
      membership: isMember ? undefined : { groupId: group.id, userId: user.id },
      grants: missingGrants(directory, domain.id, group.id),
      key: { ...key, sealedSecret: sealer.seal(secretKey), disabledBy: '' },
    },
  };
}

function missingGrants(directory: Directory, domainId: string, groupId: string): Grant[] {
  const holder = { kind: 'group', id: groupId } as const;
  const held = directory.grantsOf(holder);
  return [TENANT_ADMINISTRATOR, SECURITY_ADMINISTRATOR]
    .filter((policyId) => !held.some((grant) => grant.policyId === policyId && grant.scope.kind === 'domain'))
    .map((policyId) => ({ holder, policyId, scope: { kind: 'domain', id: domainId } }));
}

function newUser(domainId: string, name: string, now: number): User {
  const rest = { passwordHash: '', description: '', enabled: true, createdAt: now, sessionsFrom: now };
  return { id: newId(), name, domainId, ...rest, sessionGeneration: FIRST_GENERATION, lastLoginAt: null };
}

function newGroup(domainId: string, now: number): Group {
  return { id: newId(), domainId, name: GROUP, description: 'Administrators', createdAt: now };
}

function newId(): string {
  return randomBytes(16).toString('hex');
}
