import { AgentError } from '../agent-error.ts';
import type { AttachTarget } from '../attach/attacher.ts';
import type { SandboxNetwork, VpcNetwork } from '../protocol.ts';
import { AddressPool } from './address-pool.ts';
import { checkBridge, hasBridge, removeBridgesNamed, removeInterface, switchBridge } from './bridge.ts';
import { Bridges, type OpenNetwork } from './bridges.ts';
import type { Connector } from './connector.ts';
import { egressBlock, isFree, SHARDS, shardOf } from './egress-block.ts';
import { Forwarding } from './forwarding.ts';
import { takenAddresses } from './host-network.ts';
import { type Block, gatewayOf, parseBlock, upperHalf } from './ipv4.ts';
import type { NameServers } from './name-servers.ts';
import { NetworkClaim } from './network-claim.ts';
import { NetworkRegister } from './network-register.ts';
import { PacketFilter } from './packet-filter.ts';
import { GUARD_TABLE, INTERFACE_PREFIX, type NetworkRules, rulesText, tableName } from './rules.ts';
import { RulesWatch } from './rules-watch.ts';

const MAX_NETWORKS = 256;
const WATCH_MS = 5000;
/** The kernel allows 1023 ports on a bridge; the administrator may use some. */
const MAX_PORTS = 1021;

export interface NetworksParts {
  readonly ownerId: string;
  /** Below 512; another number is used if an agent on the same network has it. */
  readonly agentNumber: number;
  readonly connector: Connector;
  readonly nameServers: NameServers;
  /** The name servers of the machine changed: `text` is for the resolver file of instances. */
  readonly onNameServers: (text: string) => void;
  /** Interfaces of the machine that may be made ports of networks. */
  readonly interfaces: readonly string[];
}

/** Releases the address of an exited sandbox. */
export type Disconnect = () => void;

/**
 * The networks of an agent: a bridge for each, one table of the packet filter for all. A bridge gets its rules before it
 * gets a sandbox, and no sandbox gets rights over its interface.
 */
export class Networks {
  readonly #parts: NetworksParts;
  readonly #claim: NetworkClaim;
  readonly #filter: PacketFilter;
  readonly #register = new NetworkRegister<OpenNetwork>(MAX_NETWORKS);
  readonly #bridges: Bridges;
  /** Rules in force, by network. */
  readonly #rules = new Map<string, NetworkRules>();
  /** Changes of the table run one at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #wires = 0;
  #timer: NodeJS.Timeout | undefined;
  #watch: RulesWatch | undefined;
  #forwarding: Forwarding | undefined;
  /** The table as the kernel lists it after our last change; undefined when its content is unknown. */
  #inForce: string | undefined;
  /** The table changed since it was last read. */
  #isDoubtful = false;
  #areBridgesDown = false;
  /** The addresses of the whole default network, chosen once. */
  #piece: Block | undefined;

  private constructor(parts: NetworksParts, claim: NetworkClaim, filter: PacketFilter) {
    this.#parts = parts;
    this.#claim = claim;
    this.#filter = filter;
    this.#bridges = new Bridges({
      ownerId: parts.ownerId,
      alone: (work) => this.#register.alone(work),
      areDown: () => this.#areBridgesDown,
    });
  }

  /** Creates the default network. Throws `NETWORK_FAILED` naming the missing feature. */
  static async open(parts: NetworksParts): Promise<Networks> {
    const claim = await NetworkClaim.take(parts.ownerId, parts.agentNumber);
    const table = tableName(parts.ownerId);
    const filter = await PacketFilter.open(table, () => networks.#doubt());
    const networks: Networks = new Networks(parts, claim, filter);
    try {
      // Only this agent has the number: such bridges are leftovers of an agent killed after our sweep.
      await removeBridgesNamed(`${networks.#prefix()}e`);
      networks.#forwarding = await Forwarding.open();
      networks.#watch = new RulesWatch([table, GUARD_TABLE], () => networks.#doubt());
      await networks.#egress();
      networks.#timer = setInterval(() => void networks.#tend(), WATCH_MS);
      networks.#timer.unref();
      return networks;
    } catch (error) {
      await networks.close();
      throw error;
    }
  }

  /** Gives a running sandbox its interface. Throws `NETWORK_FAILED`, `NETWORK_TAKEN`. */
  async connect(sandbox: AttachTarget, network: Exclude<SandboxNetwork, { kind: 'none' }>): Promise<Disconnect> {
    const open = network.kind === 'egress' ? await this.#egress() : await this.#vpc(network.network);
    const { rules, addresses, wires } = open;
    const { nameServers, onNameServers } = this.#parts;
    if (nameServers.refresh()) onNameServers(nameServers.text);
    if (this.#isDoubtful || this.#inForce === undefined || this.#watch?.isLive !== true) await this.#checkRules();
    if (!hasBridge(rules.bridge)) await this.#bridges.restore();
    const address = addresses.take();
    try {
      this.#wires += 1;
      const outer = `${this.#prefix()}i${this.#wires.toString(36)}`;
      await this.#parts.connector.connect(sandbox, {
        outer,
        bridge: rules.bridge,
        address: `${address}/${rules.block.length}`,
        // Without a route to the outside, a lookup or a connection fails at once instead of timing out.
        gateway: rules.nat ? gatewayOf(rules.block) : '',
      });
      if (!(await this.#register.holds(open.id, open))) {
        // No rule covers packets of an interface that lost its bridge.
        await removeInterface(outer).catch(() => {});
        throw new AgentError('NETWORK_FAILED', 'the network was closed');
      }
      wires.add(outer);
      return () => {
        wires.delete(outer);
        addresses.giveBack(address);
      };
    } catch (error) {
      addresses.giveBack(address);
      throw error;
    }
  }

  /** Creates the bridge of a network unless it exists; returns its name. */
  async openVpc(network: VpcNetwork): Promise<string> {
    return (await this.#vpc(network)).rules.bridge;
  }

  async closeVpc(id: string): Promise<void> {
    await this.#register.close(id, async (network) => {
      await this.#bridges.remove(network);
      await this.#applyRules(() => this.#rules.delete(id));
    });
  }

  /**
   * Restores the rules after another program removed or changed them, as a restart of a firewall does. Never rejects.
   */
  async restoreRules(): Promise<void> {
    await this.#checkRules().catch(() => {});
    await this.#forwarding?.restore().catch(() => {});
  }

  #doubt(): void {
    // A check that has not begun sees this change too.
    if (this.#isDoubtful) return;
    this.#isDoubtful = true;
    void this.restoreRules();
  }

  /** A watch without an event yet gets one when the rules are installed again. */
  async #tend(): Promise<void> {
    if (this.#watch?.isLive === false) await this.#applyRules(() => {}).catch(() => {});
    else await this.restoreRules();
    await this.#bridges.restore();
  }

  /**
   * Resolves when the rules are in force. Throws `NETWORK_FAILED` when they cannot be installed; bridges stay down
   * until they are.
   */
  #checkRules(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isDoubtful = false;
      if (this.#rules.size === 0) return;
      if (this.#inForce !== undefined && (await this.#filter.list()) === this.#inForce) return;
      await this.#putRules();
    });
  }

  async #putRules(): Promise<void> {
    this.#inForce = undefined;
    try {
      const rules = [...this.#rules.values()];
      await this.#filter.run(rulesText(tableName(this.#parts.ownerId), rules, this.#filter.flags));
      this.#inForce = await this.#filter.list();
    } catch (error) {
      await this.#switchBridges('down');
      throw error;
    }
    if (this.#areBridgesDown) await this.#switchBridges('up');
  }

  /** Without rules a sandbox would reach the machine. */
  async #switchBridges(state: 'up' | 'down'): Promise<void> {
    this.#areBridgesDown = state === 'down';
    for (const { bridge } of this.#rules.values()) await switchBridge(bridge, state).catch(() => {});
  }

  /** Removes bridges and rules. Sandboxes must be stopped before. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#watch?.close();
    await this.#register.closeAll((network) => this.#bridges.remove(network));
    this.#rules.clear();
    await this.#turn.catch(() => {});
    await this.#filter.close();
    await this.#parts.connector.close();
    this.#claim.release();
  }

  /** The first part of the default network that has room. */
  async #egress(): Promise<OpenNetwork> {
    for (let shard = 0; shard < SHARDS; shard++) {
      const network = await this.#register.get(`egress${shard}`, () => this.#makeEgress(shard));
      if (network.addresses.hasRoom) return network;
    }
    throw new AgentError('NETWORK_FAILED', 'the default network has as many sandboxes as it can have');
  }

  #vpc(network: VpcNetwork): Promise<OpenNetwork> {
    return this.#register.get(network.id, () => this.#makeVpc(network));
  }

  async #makeEgress(shard: number): Promise<OpenNetwork> {
    const { nameServers, onNameServers } = this.#parts;
    if (nameServers.refresh()) onNameServers(nameServers.text);
    this.#piece ??= egressBlock(this.#claim.number, await takenAddresses(nameServers.servers));
    if (this.#piece === undefined) {
      throw new AgentError('NETWORK_TAKEN', 'routes of this machine cover the private addresses for instances', {
        hint: 'free a part of 10.192.0.0/10 or 100.64.0.0/10',
      });
    }
    const block = shardOf(this.#piece, shard);
    return this.#make(`egress${shard}`, {
      bridge: `${this.#prefix()}e${shard}`,
      block,
      nat: true,
      hasNeighbours: false,
    });
  }

  async #makeVpc({ id, cidr, nat, hostInterface }: VpcNetwork): Promise<OpenNetwork> {
    const block = parseBlock(cidr);
    if (hostInterface !== undefined && !this.#parts.interfaces.includes(hostInterface)) {
      throw new AgentError('NOT_ALLOWED', `networks of functions may not have the interface ${hostInterface}`, {
        hint: 'name it in host_interfaces of the configuration of the server, and restart it',
      });
    }
    if (block === undefined) throw new AgentError('BAD_REQUEST', `${cidr} is no range of addresses`);
    if (!isFree(block, await takenAddresses(this.#parts.nameServers.servers))) {
      throw new AgentError('NETWORK_TAKEN', `the machine reaches addresses of ${cidr} by another way`, {
        hint: 'choose a range that no route of the machine touches (ip route)',
      });
    }
    const bridge = `${INTERFACE_PREFIX}n${id.slice(0, 8)}`;
    return this.#make(id, { bridge, block, nat, hasNeighbours: true }, hostInterface);
  }

  async #make(id: string, rules: NetworkRules, hostInterface?: string): Promise<OpenNetwork> {
    // Before the rules: otherwise they would apply to a bridge of another agent.
    checkBridge(rules.bridge, hostInterface);
    await this.#applyRules(() => this.#rules.set(id, rules));
    const addresses = new AddressPool(upperHalf(rules.block), MAX_PORTS);
    const network: OpenNetwork = { id, rules, hostInterface, addresses, wires: new Set() };
    try {
      await this.#bridges.make(network);
    } catch (error) {
      await this.#applyRules(() => this.#rules.delete(id));
      throw error;
    }
    return network;
  }

  #applyRules(change: () => unknown): Promise<void> {
    return this.#inTurn(() => {
      change();
      return this.#putRules();
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Begins the names of all interfaces of this agent; at most four characters. */
  #prefix(): string {
    return INTERFACE_PREFIX + this.#claim.number.toString(36).padStart(2, '0');
  }
}
