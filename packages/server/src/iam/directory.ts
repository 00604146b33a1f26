import { SYSTEM_POLICIES } from './policy/system-policies.ts';
import {
  type Agency,
  type Domain,
  type EnterpriseProject,
  FUNCTION_SERVICE,
  type Grant,
  type Group,
  type Holder,
  type Policy,
  type Project,
  type User,
} from './types.ts';

const holderKey = ({ kind, id }: Holder): string => `${kind}:${id}`;

const sameGrant = (a: Grant, b: Grant): boolean =>
  a.policyId === b.policyId && a.scope.kind === b.scope.kind && a.scope.id === b.scope.id;

/**
 * All identities and their rights, in memory: no request reads them from the database. They follow it; code that
 * changes them calls `changed`, which invalidates cached decisions.
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

  /** Of a user its own and those of all its groups, of an agency its own. */
  grantsFor(principal: { readonly kind: 'user' | 'agency' | 'nobody'; readonly id: string }): readonly Grant[] {
    if (principal.kind === 'agency') return this.grantsOf({ kind: 'agency', id: principal.id });
    if (principal.kind === 'nobody') return [];
    const ofGroups = this.groupsOf(principal.id).flatMap(({ id }) => this.grantsOf({ kind: 'group', id }));
    return [...this.grantsOf({ kind: 'user', id: principal.id }), ...ofGroups];
  }

  /** In place of the members before. */
  setMembers(groupId: string, userIds: readonly string[]): void {
    for (const groups of this.#groupsOf.values()) groups.delete(groupId);
    for (const userId of userIds) this.join(groupId, userId);
  }

  /** In place of all grants of these holders; of all holders without ids. */
  setGrants(holderIds: ReadonlySet<string> | undefined, grants: readonly Grant[]): void {
    if (holderIds === undefined) this.#grants.clear();
    for (const id of holderIds ?? []) {
      for (const kind of ['group', 'agency', 'user'] as const) this.#grants.delete(holderKey({ kind, id }));
    }
    for (const grant of grants) this.grant(grant);
  }

  /** The identities of one account. */
  *within<T extends { readonly domainId: string | undefined }>(all: Map<string, T>, domainId: string): Generator<T> {
    for (const one of all.values()) if (one.domainId === domainId) yield one;
  }

  agencyByName(domainId: string, name: string): Agency | undefined {
    for (const agency of this.within(this.agencies, domainId)) if (agency.name === name) return agency;
    return undefined;
  }

  /** An agency that functions may act for; undefined for one that trusts another account. */
  functionAgency(domainId: string, name: string): Agency | undefined {
    const agency = this.agencyByName(domainId, name);
    return agency?.trustedService === FUNCTION_SERVICE ? agency : undefined;
  }

  userByName(domainId: string, name: string): User | undefined {
    for (const user of this.within(this.users, domainId)) if (user.name === name) return user;
    return undefined;
  }
}
