import { randomBytes } from 'node:crypto';
import { PlatformError } from '../lib/platform-error.ts';
import type { Sealer } from '../lib/sealer.ts';
import { isUniqueViolation, type Storage } from '../storage/index.ts';
import { removeAccount } from './account-store.ts';
import { type ChangeParts, checkName, taken } from './change.ts';
import type { OwnerRows } from './owner.ts';
import { storeOwner } from './owner-store.ts';
import { checkPassword } from './password.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { SECURITY_ADMINISTRATOR, TENANT_ADMINISTRATOR } from './policy/system-policies.ts';
import type { Tenancy } from './tenancy.ts';
import { type Domain, FIRST_GENERATION, type Project } from './types.ts';

export interface RequestedAccount {
  readonly name: string;
  readonly projectName: string;
  readonly userName: string;
  readonly password: string;
}

/** A new account: the credentials of its administrator, shown only this once. */
export interface NewAccount {
  readonly domain: Domain;
  readonly project: Project;
  readonly userId: string;
  readonly userName: string;
  readonly password: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface AccountsDeps extends Pick<ChangeParts, 'directory' | 'changes' | 'clock'> {
  readonly storage: Pick<Storage, 'db' | 'atomic'>;
  readonly sealer: Sealer;
  readonly hasher: PasswordHasher;
  readonly tenancy: Tenancy;
}

/** Creates and deletes accounts, each completely or not at all, also when the process is killed. */
export class Accounts {
  readonly #deps: AccountsDeps;

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  /**
   * An account with a project and an administrator, who is a member of the group `admin`. Throws `invalid_request`,
   * `weak_password`, `resource_exists`.
   */
  async create(requested: RequestedAccount): Promise<NewAccount> {
    const { storage } = this.#deps;
    checkName(requested.name, 'name');
    checkName(requested.projectName, 'project_name');
    checkName(requested.userName, 'user_name');
    checkPassword(requested.password, requested.userName);
    const secretKey = randomBytes(30).toString('base64url');
    const { domain, project, ...rows } = await this.#plan(requested, secretKey);
    try {
      await storeOwner(storage, { domain, project, ...rows });
    } catch (error) {
      if (isUniqueViolation(error)) throw taken('account', requested.name);
      throw error;
    }
    await this.#deps.changes.caughtUp();
    const { user, key } = rows;
    const { password } = requested;
    return { domain, project, userId: user.id, userName: user.name, password, accessKey: key.accessKey, secretKey };
  }

  /**
   * With its projects, users, keys, groups, policies, agencies and enterprise projects. Throws `not_found`, `forbidden`
   * for the operator's account, `resource_in_use` while one of its projects has contents.
   */
  async remove(id: string): Promise<void> {
    const { directory, storage, changes, tenancy } = this.#deps;
    return changes.run(id, async () => {
      if (directory.domains.get(id)?.operator === true) {
        throw new PlatformError('forbidden', 'The account that manages the machine cannot be deleted.');
      }
      const projects = tenancy.projects(id);
      await tenancy.gate.closed(
        projects.map((project) => project.id),
        async () => {
          for (const project of projects) await tenancy.checkEmpty(project);
          await removeAccount(storage, id);
        },
      );
    });
  }

  async #plan(
    requested: RequestedAccount,
    secretKey: string,
  ): Promise<OwnerRows & { domain: Domain; project: Project }> {
    const { clock, hasher, sealer } = this.#deps;
    const passwordHash = await hasher.hash(requested.password);
    const now = clock.now();
    const domain = { id: newId(), name: requested.name, operator: false };
    const domainId = domain.id;
    const base = { domainId, description: '', createdAt: now };
    const user = { ...base, id: newId(), name: requested.userName, passwordHash, enabled: true, sessionsFrom: now };
    const group = { ...base, id: newId(), name: 'admin', description: 'Administrators' };
    const accessKey = randomBytes(10).toString('hex').toUpperCase();
    const key = { accessKey, userId: user.id, description: '', enabled: true, createdAt: now, lastUsedAt: null };
    return {
      domain,
      project: { id: newId(), name: requested.projectName, domainId, description: '' },
      user: { ...user, sessionGeneration: FIRST_GENERATION, lastLoginAt: null },
      userExists: false,
      group,
      membership: { groupId: group.id, userId: user.id },
      grants: [TENANT_ADMINISTRATOR, SECURITY_ADMINISTRATOR].map((policyId) => ({
        holder: { kind: 'group', id: group.id },
        policyId,
        scope: { kind: 'domain', id: domainId },
      })),
      key: { ...key, sealedSecret: sealer.seal(secretKey), disabledBy: '' },
    };
  }
}

function newId(): string {
  return randomBytes(16).toString('hex');
}
