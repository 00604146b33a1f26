import type { VpcNetwork } from '@funcgraph/agent';

/** A network that the administrator registered. Never changes. */
export interface Network {
  /** Names the bridge. */
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly cidr: string;
  /** Whether instances on it also reach the outside. */
  readonly nat: boolean;
  /** Interface of the machine that is a port of the network. */
  readonly hostInterface: string | undefined;
  /** Ms since the epoch. */
  readonly createdAt: number;
}

/** A free block and new ids are chosen for those that are left out. */
export interface NewNetwork {
  readonly name: string;
  readonly cidr?: string | undefined;
  readonly nat?: boolean | undefined;
  readonly hostInterface?: string | undefined;
  readonly vpcId?: string | undefined;
  readonly subnetId?: string | undefined;
}

/** A network with its state on this machine. */
export interface NetworkState extends Network {
  /** Address of the machine on the bridge. */
  readonly gateway: string;
  /** Undefined when it could not be made. */
  readonly bridge: string | undefined;
  /** Why it could not be made. */
  readonly problem: string | undefined;
  /** URNs of the versions that chose it. */
  readonly usedBy: readonly string[];
}

/** Where networks are made. Errors have the codes of the sandbox agent. */
export interface NetworkHost {
  /** Makes the bridge unless it exists; returns its name. */
  openNetwork(network: VpcNetwork): Promise<string>;
  /** Idempotent. */
  closeNetwork(id: string): Promise<void>;
}
