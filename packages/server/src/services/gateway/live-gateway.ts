import { isBelow, requestedHost } from '../../domain/gateway-host.ts';
import { type ChangeFeed, Replica } from '../../storage/index.ts';
import type { GatewayGroupStore } from './group-store.ts';
import type { GatewayReleaseStore } from './release-store.ts';
import type { Group, Release } from './types.ts';

export interface LiveGatewayOptions {
  readonly feed: ChangeFeed;
  readonly groups: Pick<GatewayGroupStore, 'load'>;
  readonly releases: Pick<GatewayReleaseStore, 'load'>;
  /** Domain below which each group has an address by its id. */
  readonly domain: string | undefined;
}

type ReleaseListener = (after: Release | undefined, before: Release | undefined) => void;

/** Groups with their host names, and what is published in them: in memory, whichever server changes them. */
export class LiveGateway {
  readonly #domain: string | undefined;
  readonly #groups: Replica<Group>;
  readonly #releases: Replica<Release>;
  readonly #hosts = new Map<string, Group>();
  readonly #byApi = new Map<string, readonly Release[]>();
  readonly #listeners: ReleaseListener[] = [];

  constructor({ feed, groups, releases, domain }: LiveGatewayOptions) {
    this.#domain = domain?.toLowerCase();
    this.#groups = new Replica({
      feed,
      topic: 'gateway-group',
      load: (ids) => groups.load(ids),
      keyOf: ({ id }) => id,
      onChange: (after, before) => this.#follow(after, before),
    });
    this.#releases = new Replica({
      feed,
      topic: 'gateway-release',
      load: (ids) => releases.load(ids),
      keyOf: ({ id }) => id,
      onChange: (after, before) => {
        this.#index(after, before);
        for (const listener of this.#listeners) listener(after, before);
      },
    });
  }

  async start(): Promise<void> {
    await this.#groups.start();
    await this.#releases.start();
  }

  /** Calls the listener for all live releases, then for each change. */
  followReleases(listener: ReleaseListener): void {
    this.#listeners.push(listener);
    for (const release of this.#releases.values()) listener(release, undefined);
  }

  /** The group that serves requests with this Host header. */
  groupOf(header: string | undefined): Group | undefined {
    if (this.#hosts.size === 0 && this.#domain === undefined) return undefined;
    const host = requestedHost(header);
    if (host === undefined) return undefined;
    return this.#hosts.get(host) ?? this.#byId(host);
  }

  /** All live releases of a group in a stage. */
  releasesIn(groupId: string, stage: string): Release[] {
    return [...this.#releases.values()].filter((release) => release.groupId === groupId && release.stage === stage);
  }

  group(id: string): Group | undefined {
    return this.#groups.get(id);
  }

  groups(projectId: string): Group[] {
    return [...this.#groups.values()]
      .filter((group) => group.projectId === projectId)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** The live releases of an API. */
  releases(apiId: string): readonly Release[] {
    return this.#byApi.get(apiId) ?? [];
  }

  /** Host names of a group, also that by its id. */
  hostsOf({ id, hosts }: Group): string[] {
    return this.#domain === undefined ? [...hosts] : [...hosts, `${id}.${this.#domain}`];
  }

  /** Resolves when this has everything that was committed before the call. */
  caughtUp(): Promise<void> {
    return this.#groups.caughtUp();
  }

  #byId(host: string): Group | undefined {
    const domain = this.#domain;
    if (domain === undefined || !isBelow(host, domain)) return undefined;
    return this.#groups.get(host.slice(0, -domain.length - 1));
  }

  #index(after: Release | undefined, before: Release | undefined): void {
    const apiId = (after ?? before)?.apiId;
    if (apiId === undefined) return;
    const others = this.releases(apiId).filter((release) => release !== before);
    const releases = after === undefined ? others : [...others, after];
    if (releases.length === 0) this.#byApi.delete(apiId);
    else this.#byApi.set(apiId, releases);
  }

  /** A name may move from a group to another one that is reported first. */
  #follow(after: Group | undefined, before: Group | undefined): void {
    for (const host of before?.hosts ?? []) if (this.#hosts.get(host) === before) this.#hosts.delete(host);
    for (const host of after?.hosts ?? []) if (after !== undefined) this.#hosts.set(host, after);
  }
}
