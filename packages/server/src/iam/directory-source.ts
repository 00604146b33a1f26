import type { ChangeFeed } from '../storage/index.ts';
import type { Directory } from './directory.ts';
import type { IdentityStore, Ids } from './identity-store.ts';
import { SYSTEM_POLICIES } from './policy/system-policies.ts';
import type { RightsStore } from './rights-store.ts';
import type { Group } from './types.ts';

export interface DirectorySourceOptions {
  readonly feed: ChangeFeed;
  readonly directory: Directory;
  readonly identities: IdentityStore;
  readonly rights: RightsStore;
}

/** These are part of the program and have no row. */
const BUILT_IN: ReadonlySet<string> = new Set(SYSTEM_POLICIES.map(({ id }) => id));

/** Fills the directory from the database, and brings it up to date with every change of an identity. */
export class DirectorySource {
  readonly #options: DirectorySourceOptions;

  constructor(options: DirectorySourceOptions) {
    this.#options = options;
  }

  /** Call once. */
  async start(): Promise<void> {
    const { feed, directory, identities, rights } = this.#options;
    const { domains, projects, users, policies, agencies, enterpriseProjects } = directory;
    await feed.follow('account', (ids) => this.#reload(domains, ids, (some) => identities.domains(some)));
    await feed.follow('project', (ids) => this.#reload(projects, ids, (some) => identities.projects(some)));
    await feed.follow('user', (ids) => this.#reload(users, ids, (some) => identities.users(some)));
    await feed.follow('group', (ids) => this.#reloadGroups(ids));
    await feed.follow('policy', (ids) => this.#reload(policies, ids, (some) => rights.policies(some)));
    await feed.follow('agency', (ids) => this.#reload(agencies, ids, (some) => rights.agencies(some)));
    await feed.follow('enterprise-project', (ids) =>
      this.#reload(enterpriseProjects, ids, (some) => rights.enterpriseProjects(some)),
    );
    await feed.follow('grant', (ids) => this.#reloadGrants(ids));
  }

  async #reload<T extends { readonly id: string }>(
    all: Map<string, T>,
    ids: Ids,
    load: (ids: Ids) => Promise<readonly T[]>,
  ): Promise<void> {
    const rows = await load(ids);
    const found = new Set(rows.map(({ id }) => id));
    for (const id of ids ?? [...all.keys()]) if (!found.has(id) && !BUILT_IN.has(id)) all.delete(id);
    for (const row of rows) all.set(row.id, row);
    this.#options.directory.changed();
  }

  async #reloadGroups(ids: Ids): Promise<void> {
    const { directory, rights } = this.#options;
    const memberships = Map.groupBy(await rights.memberships(ids), ({ groupId }) => groupId);
    await this.#reload<Group>(directory.groups, ids, (some) => rights.groups(some));
    for (const id of ids ?? directory.groups.keys()) {
      directory.setMembers(id, memberships.get(id)?.map(({ userId }) => userId) ?? []);
    }
    directory.changed();
  }

  async #reloadGrants(holderIds: Ids): Promise<void> {
    const { directory, rights } = this.#options;
    const grants = await rights.grants(holderIds);
    directory.setGrants(holderIds, grants);
    directory.changed();
  }
}
