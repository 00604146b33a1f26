import type { IdentityStore } from './identity-store.ts';
import { SYSTEM_POLICIES } from './policy/system-policies.ts';
import type { RightsStore } from './rights-store.ts';
import type { Agency, Domain, EnterpriseProject, Grant, Group, Holder, Policy, Project, User } from './types.ts';

const holderKey = ({ kind, id }: Holder): string => `${kind}:${id}`;

const sameGrant = (a: Grant, b: Grant): boolean =>
  a.policyId === b.policyId && a.scope.kind === b.scope.kind && a.scope.id === b.scope.id;

/**
 * All identities and their rights, in memory: no request reads them from the database. Changed only after the change is
 * stored; code that changes it calls `changed`, which invalidates cached decisions.
 */
export class Directory {
  readonly domains = new Map<string, Domain>();
  readonly projects = new Map<string, Project>();
  readonly users = new Map<string, User>();
  readonly groups = new Map<string, Group>();
  readonly policies = new Map<string, Policy>();
  readonly agencies = new Map<string, Agency>();
  readonly enterpriseProjects = new Map<string, EnterpriseProject>();
  readonly #groupsOf = new Map<string, Set<string>>();
  readonly #grants = new Map<string, Grant[]>();
  readonly #listeners: (() => void)[] = [];

  constructor() {
    for (const { id, name, displayName, description, document } of SYSTEM_POLICIES) {
      const times = { createdAt: 0, modifiedAt: 0 };
      this.policies.set(id, { id, domainId: undefined, name, displayName, description, document, ...times });
    }
  }

  async load(identities: IdentityStore, rights: RightsStore): Promise<void> {
    for (const domain of await identities.domains()) this.domains.set(domain.id, domain);
    for (const project of await identities.projects()) this.projects.set(project.id, project);
    for (const user of await identities.users()) this.users.set(user.id, user);
    for (const group of await rights.groups()) this.groups.set(group.id, group);
    for (const policy of await rights.policies()) this.policies.set(policy.id, policy);
    for (const agency of await rights.agencies()) this.agencies.set(agency.id, agency);
    for (const one of await rights.enterpriseProjects()) this.enterpriseProjects.set(one.id, one);
    for (const { groupId, userId } of await rights.memberships()) this.join(groupId, userId);
    for (const grant of await rights.grants()) this.grant(grant);
    this.changed();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  join(groupId: string, userId: string): void {
    const groups = this.#groupsOf.get(userId) ?? new Set<string>();
    this.#groupsOf.set(userId, groups.add(groupId));
  }

  leave(groupId: string, userId: string): void {
    this.#groupsOf.get(userId)?.delete(groupId);
  }

  groupsOf(userId: string): Group[] {
    return [...(this.#groupsOf.get(userId) ?? [])].flatMap((id) => this.groups.get(id) ?? []);
  }

  membersOf(groupId: string): User[] {
    return [...this.#groupsOf].flatMap(([userId, groups]) =>
      groups.has(groupId) ? (this.users.get(userId) ?? []) : [],
    );
  }

  grant(grant: Grant): void {
    const key = holderKey(grant.holder);
    const grants = this.#grants.get(key) ?? [];
    if (!grants.some((one) => sameGrant(one, grant))) grants.push(grant);
    this.#grants.set(key, grants);
  }

  withdraw(grant: Grant): void {
    const key = holderKey(grant.holder);
    this.#grants.set(
      key,
      this.grantsOf(grant.holder).filter((one) => !sameGrant(one, grant)),
    );
  }

  grantsOf(holder: Holder): readonly Grant[] {
    return this.#grants.get(holderKey(holder)) ?? [];
  }

  *allGrants(): Generator<Grant> {
    for (const grants of this.#grants.values()) yield* grants;
  }

  /** Of a user those of all groups, of an agency its own. */
  grantsFor(principal: { readonly kind: 'user' | 'agency' | 'nobody'; readonly id: string }): readonly Grant[] {
    if (principal.kind === 'agency') return this.grantsOf({ kind: 'agency', id: principal.id });
    if (principal.kind === 'nobody') return [];
    return this.groupsOf(principal.id).flatMap(({ id }) => this.grantsOf({ kind: 'group', id }));
  }

  removeUser(id: string): void {
    this.users.delete(id);
    this.#groupsOf.delete(id);
  }

  removeGroup(id: string): void {
    this.groups.delete(id);
    this.#grants.delete(holderKey({ kind: 'group', id }));
    for (const groups of this.#groupsOf.values()) groups.delete(id);
  }

  removeAgency(id: string): void {
    this.agencies.delete(id);
    this.#grants.delete(holderKey({ kind: 'agency', id }));
  }

  /** With everything in it. */
  removeDomain(id: string): void {
    for (const user of [...this.within(this.users, id)]) this.removeUser(user.id);
    for (const group of [...this.within(this.groups, id)]) this.removeGroup(group.id);
    for (const agency of [...this.within(this.agencies, id)]) this.removeAgency(agency.id);
    for (const all of [this.policies, this.enterpriseProjects, this.projects] as Map<string, { domainId?: string }>[]) {
      for (const [key, { domainId }] of [...all]) if (domainId === id) all.delete(key);
    }
    this.domains.delete(id);
  }

  /** The identities of one account. */
  *within<T extends { readonly domainId: string | undefined }>(all: Map<string, T>, domainId: string): Generator<T> {
    for (const one of all.values()) if (one.domainId === domainId) yield one;
  }

  agencyByName(domainId: string, name: string): Agency | undefined {
    for (const agency of this.within(this.agencies, domainId)) if (agency.name === name) return agency;
    return undefined;
  }

  userByName(domainId: string, name: string): User | undefined {
    for (const user of this.within(this.users, domainId)) if (user.name === name) return user;
    return undefined;
  }
}
