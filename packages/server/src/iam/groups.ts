import { randomBytes } from 'node:crypto';
import { PlatformError } from '../lib/platform-error.ts';
import { type ChangeParts, checkAdded, checkName, IDENTITY_LIMITS, identityQuota, missing, taken } from './change.ts';
import type { Grant, Group, Holder, Policy, Scope, User } from './types.ts';

/** Groups of users, and grants of groups, agencies and users. Resources of another account are not found. */
export class Groups {
  readonly #parts: ChangeParts;

  constructor(parts: ChangeParts) {
    this.#parts = parts;
  }

  list(domainId: string): Group[] {
    const { directory } = this.#parts;
    return [...directory.within(directory.groups, domainId)];
  }

  /** Throws `not_found`. */
  find(domainId: string, id: string): Group {
    const group = this.#parts.directory.groups.get(id);
    if (group?.domainId !== domainId) throw missing('group', id);
    return group;
  }

  ofUser(userId: string): Group[] {
    return this.#parts.directory.groupsOf(userId);
  }

  members(domainId: string, id: string): User[] {
    return this.#parts.directory.membersOf(this.find(domainId, id).id);
  }

  create(domainId: string, { name, description }: { name: string; description: string }): Promise<Group> {
    const { rights, clock, changes } = this.#parts;
    checkName(name, 'group.name');
    return changes.run(domainId, async () => {
      const group = { id: randomBytes(16).toString('hex'), domainId, name, description, createdAt: clock.now() };
      checkAdded(await rights.addGroup(group, IDENTITY_LIMITS.groups), 'groups', name);
      return group;
    });
  }

  update(domainId: string, id: string, change: { name?: string; description?: string }): Promise<Group> {
    const { rights, changes } = this.#parts;
    if (change.name !== undefined) checkName(change.name, 'group.name');
    return changes.run(domainId, async () => {
      const group = { ...this.find(domainId, id), ...change };
      if (!(await rights.replaceGroup(group))) throw taken('group', group.name);
      return group;
    });
  }

  /** With its grants; the users stay. Throws `not_found`, `last_administrator`. */
  remove(domainId: string, id: string): Promise<void> {
    const { directory, rights, changes } = this.#parts;
    return changes.run(domainId, async () => {
      this.find(domainId, id);
      const holder = { kind: 'group', id } as const;
      const grants = [...directory.grantsOf(holder)];
      changes.refuseLastAdministrator(
        domainId,
        () => {
          for (const grant of grants) directory.withdraw(grant);
        },
        () => {
          for (const grant of grants) directory.grant(grant);
        },
      );
      await rights.removeGroup(id);
    });
  }

  addMember(domainId: string, groupId: string, userId: string): Promise<void> {
    const { directory, rights, changes } = this.#parts;
    return changes.run(domainId, async () => {
      this.#pair(domainId, groupId, userId);
      const isMember = directory.groupsOf(userId).some(({ id }) => id === groupId);
      if (isMember) return;
      // a policy may deny, so that joining can remove rights
      changes.refuseLastAdministrator(
        domainId,
        () => directory.join(groupId, userId),
        () => directory.leave(groupId, userId),
      );
      await rights.addMember({ groupId, userId });
    });
  }

  /** Throws `not_found`, `last_administrator`. */
  removeMember(domainId: string, groupId: string, userId: string): Promise<void> {
    const { directory, rights, changes } = this.#parts;
    return changes.run(domainId, async () => {
      this.#pair(domainId, groupId, userId);
      if (!directory.groupsOf(userId).some(({ id }) => id === groupId)) return;
      changes.refuseLastAdministrator(
        domainId,
        () => directory.leave(groupId, userId),
        () => directory.join(groupId, userId),
      );
      await rights.removeMember({ groupId, userId });
    });
  }

  grants(domainId: string, holder: Holder): readonly { grant: Grant; policy: Policy }[] {
    this.#checkHolder(domainId, holder);
    const { directory } = this.#parts;
    return directory.grantsOf(holder).flatMap((grant) => {
      const policy = directory.policies.get(grant.policyId);
      return policy === undefined ? [] : [{ grant, policy }];
    });
  }

  /** All grants of an account. */
  allGrants(domainId: string): Grant[] {
    const { directory } = this.#parts;
    return [...directory.allGrants()].filter(({ holder }) => this.#domainOf(holder) === domainId);
  }

  /**
   * Does nothing about those that were granted before. Throws `not_found` for any before the first is granted,
   * `identity_quota`, `last_administrator`.
   */
  grant(domainId: string, ...grants: Grant[]): Promise<void> {
    const { directory, rights, clock, changes } = this.#parts;
    return changes.run(domainId, async () => {
      for (const grant of grants) this.#check(domainId, grant);
      const added = grants.filter((grant) => !this.#has(grant));
      changes.refuseLastAdministrator(
        domainId,
        () => added.forEach((grant) => void directory.grant(grant)),
        () => added.forEach((grant) => void directory.withdraw(grant)),
      );
      const most = IDENTITY_LIMITS.grantsOfHolder;
      for (const grant of added) {
        const outcome = await rights.addGrant(grant, clock.now(), most);
        if (outcome === 'full') throw identityQuota(most, `grants of the ${grant.holder.kind}`);
      }
    });
  }

  /** Throws `not_found` for a missing grant before the first is revoked, `last_administrator`. */
  withdraw(domainId: string, ...grants: Grant[]): Promise<void> {
    const { directory, rights, changes } = this.#parts;
    return changes.run(domainId, async () => {
      for (const grant of grants) {
        this.#check(domainId, grant);
        if (!this.#has(grant)) throw new PlatformError('not_found', 'this policy is not granted there');
      }
      changes.refuseLastAdministrator(
        domainId,
        () => grants.forEach((grant) => void directory.withdraw(grant)),
        () => grants.forEach((grant) => void directory.grant(grant)),
      );
      for (const grant of grants) await rights.removeGrant(grant);
    });
  }

  #has({ holder, policyId, scope }: Grant): boolean {
    return this.#parts.directory
      .grantsOf(holder)
      .some((one) => one.policyId === policyId && one.scope.kind === scope.kind && one.scope.id === scope.id);
  }

  #pair(domainId: string, groupId: string, userId: string): void {
    this.find(domainId, groupId);
    if (this.#parts.directory.users.get(userId)?.domainId !== domainId) throw missing('user', userId);
  }

  #check(domainId: string, { holder, policyId, scope }: Grant): void {
    this.#checkHolder(domainId, holder);
    const policy = this.#parts.directory.policies.get(policyId);
    if (policy === undefined || (policy.domainId ?? domainId) !== domainId) throw missing('policy', policyId);
    this.#checkScope(domainId, scope);
  }

  #checkHolder(domainId: string, holder: Holder): void {
    if (this.#domainOf(holder) !== domainId) throw missing(holder.kind, holder.id);
  }

  #domainOf({ kind, id }: Holder): string | undefined {
    const { groups, agencies, users } = this.#parts.directory;
    return { group: groups, agency: agencies, user: users }[kind].get(id)?.domainId;
  }

  #checkScope(domainId: string, { kind, id }: Scope): void {
    const { directory } = this.#parts;
    if (kind === 'domain') {
      if (id !== domainId) throw missing('account', id);
    } else if (kind === 'project') {
      if (directory.projects.get(id)?.domainId !== domainId) throw missing('project', id);
    } else if (id !== '0' && directory.enterpriseProjects.get(id)?.domainId !== domainId) {
      throw missing('enterprise project', id);
    }
  }
}
