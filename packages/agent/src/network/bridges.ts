import type { AddressPool } from './address-pool.ts';
import { attachPorts, hasBridge, makeBridge, removeBridge, switchBridge } from './bridge.ts';
import type { NetworkRules } from './rules.ts';

export interface OpenNetwork {
  readonly id: string;
  readonly rules: NetworkRules;
  readonly hostInterface: string | undefined;
  readonly addresses: AddressPool;
  /** Interfaces of sandboxes. */
  readonly wires: Set<string>;
}

export interface BridgesParts {
  readonly ownerId: string;
  /** Runs `work` while no network is created or removed. */
  readonly alone: (work: () => Promise<void>) => Promise<void>;
  /** Whether there are no rules now. */
  readonly areDown: () => boolean;
}

/** The bridges of open networks. One that another program deletes is made again, with the sandboxes on it. */
export class Bridges {
  readonly #parts: BridgesParts;
  readonly #made = new Set<OpenNetwork>();

  constructor(parts: BridgesParts) {
    this.#parts = parts;
  }

  async make(network: OpenNetwork): Promise<void> {
    await this.#make(network);
    this.#made.add(network);
  }

  async remove(network: OpenNetwork): Promise<void> {
    this.#made.delete(network);
    await removeBridge(network.rules.bridge);
  }

  /** Resolves when the bridges exist that can be made. Never rejects. */
  async restore(): Promise<void> {
    if (this.#missing().length === 0) return;
    await this.#parts.alone(async () => {
      for (const network of this.#missing()) await this.#make(network).catch(() => {});
    });
  }

  #missing(): OpenNetwork[] {
    return [...this.#made].filter(({ rules }) => !hasBridge(rules.bridge));
  }

  async #make({ rules, hostInterface, wires }: OpenNetwork): Promise<void> {
    const { bridge: name, block } = rules;
    await makeBridge({ name, ownerId: this.#parts.ownerId, block, hostInterface });
    if (this.#parts.areDown()) await switchBridge(name, 'down');
    await attachPorts(name, wires);
  }
}
