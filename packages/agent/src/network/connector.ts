import type { AttachTarget } from '../attach/attacher.ts';

/** One interface of a sandbox. */
export interface Wire {
  /** Name of the end outside, unique on the machine. */
  readonly outer: string;
  readonly bridge: string;
  /** With the length of the prefix. */
  readonly address: string;
  /** Empty for a network that leads nowhere else. */
  readonly gateway: string;
}

/** How a running sandbox gets its interface. It goes with the network namespace of the sandbox. */
export interface Connector {
  /** Resolves when the interface inside is up. Throws `NETWORK_FAILED`; then there is none. */
  connect(sandbox: AttachTarget, wire: Wire): Promise<void>;
  close(): Promise<void>;
}
