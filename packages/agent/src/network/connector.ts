import type { AttachTarget } from '../attach/attacher.ts';

/** One interface of a sandbox. */
export interface Wire {
  /** Name of the host end, unique on the machine. */
  readonly outer: string;
  readonly bridge: string;
  /** With the length of the prefix. */
  readonly address: string;
  /** Empty for a network without a route to the outside. */
  readonly gateway: string;
}

/** Creates the interface of a running sandbox. The kernel deletes it with the network namespace of the sandbox. */
export interface Connector {
  /** Resolves when the interface inside is up. Throws `NETWORK_FAILED`; then no interface is left. */
  connect(sandbox: AttachTarget, wire: Wire): Promise<void>;
  close(): Promise<void>;
}
