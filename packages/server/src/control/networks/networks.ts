import { randomBytes, randomUUID } from 'node:crypto';
import type { SandboxNetwork, VpcNetwork } from '@funcgraph/agent';
import type { SurroundingsChoice } from '../../domain/surroundings.ts';
import type { Clock } from '../../lib/clock.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ChangeFeed, Replica } from '../../storage/index.ts';
import type { Catalog, VersionSnapshot } from '../catalog.ts';
import { checkNetwork } from './check-network.ts';
import { exists, hostRefusal, inUse } from './host-refusal.ts';

import type { NetworkStore } from './network-store.ts';
import type { Network, NetworkHost, NetworkState, NewNetwork } from './types.ts';

export interface NetworksOptions {
  readonly store: NetworkStore;
  readonly feed: ChangeFeed;
  readonly host: NetworkHost;
  readonly catalog: Catalog;
  readonly clock: Clock;
  /** Whether a function without a chosen network reaches the outside. */
  readonly egress: boolean;
  /** Whether functions of a project may be placed in a network. Reads memory only. */
  readonly mayUse: (networkId: string, projectId: string) => boolean;
  /** Called after a network was removed. */
  readonly onRemoved: (networkId: string) => Promise<void>;
}

type ChosenNetwork = Omit<Network, 'id' | 'cidr' | 'createdAt'>;

const MAX_NETWORKS = 200;
/** Address blocks that are tried for a network without a given one. */
const USUAL_BLOCKS = Array.from({ length: 16 }, (_, at) => `172.30.${at * 16}.0/24`);
const REFUSALS = {
  NOT_ALLOWED: 'invalid_request',
  NETWORK_TAKEN: 'invalid_request',
  NETWORK_FAILED: 'not_available',
  NOT_SUPPORTED: 'not_available',
} as const;

/**
 * Networks of the administrator, and which one a version gets. All are in memory; a change is durable when its promise
 * resolves. A network never changes, so that two functions that name it are on the same one.
 */
export class Networks {
  readonly #options: NetworksOptions;
  readonly #networks: Replica<Network>;
  readonly #opening = new Map<string, Promise<void>>();
  readonly #made = new Map<string, { readonly bridge: string } | { readonly problem: string }>();
  readonly #changes = new KeyLock();

  constructor(options: NetworksOptions) {
    this.#options = options;
    this.#networks = new Replica({
      feed: options.feed,
      topic: 'network',
      load: (ids) => options.store.load(ids),
      keyOf: ({ id }) => id,
      onChange: (after, before) => this.#follow(after, before),
    });
  }

  /** Reads the registered networks and makes them on this machine. `list` reports a network that cannot be made. */
  async start(): Promise<void> {
    await this.#networks.start();
    await Promise.all(this.#opening.values());
  }

  /** By name. */
  list(): NetworkState[] {
    return this.#all()
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => this.#state(one));
  }

  /** Throws `not_found`. */
  show(name: string): NetworkState {
    return this.#state(this.#find(name));
  }

  /**
   * Makes a network on this machine and registers it. Throws `invalid_request` (also for addresses or an interface that the
   * machine uses), `resource_exists`, `not_available`.
   */
  async create(added: NewNetwork): Promise<NetworkState> {
    checkNetwork(added);
    const { name, cidr, nat = false, hostInterface, vpcId = randomUUID(), subnetId = randomUUID() } = added;
    const requested = { name, nat, hostInterface, vpcId, subnetId };
    return this.#changes.run('', async () => {
      this.#refuseTwice(requested);
      const network = await this.#make(requested, cidr);
      if (!(await this.#options.store.insert(network))) {
        await this.#options.host.closeNetwork(network.id);
        throw exists(`a network ${network.name}, or one with its ids,`);
      }
      await this.#networks.caughtUp();
      return this.#state(network);
    });
  }

  /** Throws `not_found`, `resource_in_use`. */
  async remove(name: string): Promise<void> {
    await this.#changes.run('', async () => {
      const network = this.#find(name);
      const [user, ...others] = this.#usersOf(network);
      if (user !== undefined) throw inUse(`network ${name}`, user, others.length);
      await this.#options.store.remove(network.id);
      await this.#networks.caughtUp();
      await this.#options.onRemoved(network.id);
      await this.#options.host.closeNetwork(network.id);
    });
  }

  /**
   * Throws `vpc_not_found` or `subnet_not_found` for a network that the project may not use or that does not exist; the
   * error is the same for both. All ids are kept while the project may use no network at all: functions from another
   * installation keep theirs, and the networks can be registered later.
   */
  check({ vpc }: Pick<SurroundingsChoice, 'vpc'>, projectId: string): void {
    if (vpc === undefined || this.#chosen(vpc, projectId) !== undefined) return;
    const registered = this.#usableBy(projectId);
    if (registered.length === 0) return;
    const sameVpc = registered.some(({ vpcId }) => vpcId === vpc.vpcId);
    throw new PlatformError(
      sameVpc ? 'subnet_not_found' : 'vpc_not_found',
      sameVpc ? `network ${vpc.vpcId} has no subnet ${vpc.subnetId}` : `there is no network with the id ${vpc.vpcId}`,
      {
        hint: `Networks of this project: ${registered.map((one) => `${one.name} (${one.vpcId}, ${one.subnetId})`).join(', ')}.`,
      },
    );
  }

  /** The network of a version: none when it chose a network that its project may not use or that does not exist. */
  of({ vpc, publicNetwork }: SurroundingsChoice, projectId: string): SandboxNetwork {
    if (vpc === undefined) return { kind: publicNetwork && this.#options.egress ? 'egress' : 'none' };
    const network = this.#chosen(vpc, projectId);
    return network === undefined ? { kind: 'none' } : { kind: 'vpc', network: onHost(network) };
  }

  /** Replaces the instances of every version that chose a network: its shares have changed. */
  sharingChanged(id: string): void {
    const network = this.#networks.get(id);
    if (network === undefined) return;
    for (const snapshot of this.#options.catalog.snapshots()) {
      if (snapshot.surroundings.vpc?.vpcId === network.vpcId) this.#retire(snapshot);
    }
  }

  #all(): Network[] {
    return [...this.#networks.values()];
  }

  /** Another server may have registered or removed it. */
  #follow(after: Network | undefined, before: Network | undefined): void {
    if (after !== undefined && before === undefined) {
      if (!this.#made.has(after.id)) this.#openQuietly(after);
      this.#replaceInstances(after);
    }
    if (after === undefined && before !== undefined && this.#made.delete(before.id)) {
      this.#options.host.closeNetwork(before.id).catch(() => {});
    }
  }

  #openQuietly(network: Network): void {
    const opened = this.#open(network)
      .catch((error: unknown) => {
        this.#made.set(network.id, { problem: error instanceof Error ? error.message : String(error) });
      })
      .finally(() => this.#opening.delete(network.id));
    this.#opening.set(network.id, opened);
  }

  #usableBy(projectId: string): Network[] {
    return this.#all().filter(({ id }) => this.#options.mayUse(id, projectId));
  }

  #chosen({ vpcId, subnetId }: NonNullable<SurroundingsChoice['vpc']>, projectId: string): Network | undefined {
    const all = this.#usableBy(projectId).filter((network) => network.vpcId === vpcId);
    return subnetId === '' ? all[0] : all.find((network) => network.subnetId === subnetId);
  }

  #find(name: string): Network {
    const network = this.#all().find((one) => one.name === name);
    if (network === undefined) throw new PlatformError('not_found', `there is no network ${name.slice(0, 80)}`);
    return network;
  }

  #refuseTwice({ name, vpcId, subnetId }: ChosenNetwork): void {
    const known = this.#all();
    if (known.some((one) => one.name === name)) throw exists(`a network ${name}`);
    if (known.some((one) => one.vpcId === vpcId && one.subnetId === subnetId)) throw exists('a network with these ids');
    if (known.length >= MAX_NETWORKS) throw new PlatformError('invalid_request', `there are ${MAX_NETWORKS} networks`);
  }

  async #make(requested: ChosenNetwork, requestedCidr: string | undefined): Promise<Network> {
    const id = randomBytes(8).toString('hex');
    const used = new Set(this.#all().map(({ cidr }) => cidr));
    const blocks = requestedCidr === undefined ? USUAL_BLOCKS.filter((block) => !used.has(block)) : [requestedCidr];
    let refused: unknown = new PlatformError('invalid_request', 'all usual addresses are taken', {
      hint: 'Choose some with --cidr.',
    });
    for (const cidr of blocks) {
      const network = { ...requested, id, cidr, createdAt: this.#options.clock.now() };
      try {
        await this.#open(network);
        return network;
      } catch (error) {
        refused = hostRefusal(error, REFUSALS);
        if (!(error instanceof Error && 'code' in error && error.code === 'NETWORK_TAKEN')) break;
      }
    }
    throw refused;
  }

  async #open(network: Network): Promise<void> {
    this.#made.set(network.id, { bridge: await this.#options.host.openNetwork(onHost(network)) });
  }

  #state(network: Network): NetworkState {
    const made = this.#made.get(network.id);
    return {
      ...network,
      gateway: firstAddress(network.cidr),
      bridge: made !== undefined && 'bridge' in made ? made.bridge : undefined,
      problem: made !== undefined && 'problem' in made ? made.problem : undefined,
      usedBy: this.#usersOf(network),
    };
  }

  #usersOf(network: Network): string[] {
    const urns: string[] = [];
    for (const { urn, projectId, surroundings } of this.#options.catalog.snapshots()) {
      if (surroundings.vpc !== undefined && this.#chosen(surroundings.vpc, projectId)?.id === network.id)
        urns.push(urn);
    }
    return urns;
  }

  /** Functions may have chosen it before it existed; their running instances have no network. */
  #replaceInstances(network: Network): void {
    for (const snapshot of this.#options.catalog.snapshots()) {
      const { vpc } = snapshot.surroundings;
      if (vpc !== undefined && this.#chosen(vpc, snapshot.projectId)?.id === network.id) this.#retire(snapshot);
    }
  }

  #retire(snapshot: VersionSnapshot): void {
    this.#options.catalog.facts.emit('surroundings.changed', { snapshot });
  }
}

function onHost({ id, cidr, nat, hostInterface }: Network): VpcNetwork {
  return { id, cidr, nat, ...(hostInterface === undefined ? {} : { hostInterface }) };
}

/** The last part of the first address of a block is even. */
function firstAddress(cidr: string): string {
  const [address = ''] = cidr.split('/');
  return address.replace(/\d+$/, (last) => String(Number(last) + 1));
}
