import type { Peer } from '../../iam/index.ts';
import type { TrustedProxies } from '../../lib/trusted-proxies.ts';
import type { AnyRequest } from '../plain/plain-request.ts';

/** Who sends the requests of a port. */
export interface Clients {
  clientOf(request: AnyRequest): Peer;
  /** Throws `overloaded` when the client has sent too many requests. */
  admit(request: AnyRequest): void;
}

/** Clients that reach the port over the network of the machine. */
export class OutsideClients implements Clients {
  readonly #proxies: TrustedProxies;

  constructor(proxies: TrustedProxies) {
    this.#proxies = proxies;
  }

  clientOf(request: AnyRequest): Peer {
    return this.#proxies.clientOf(request);
  }

  admit(): void {}
}

/** What the audit log and events say about where a request came from. A function that calls from its sandbox has no address; its name is as certain. */
export function sourceOf({ remoteAddress = '', resident }: Peer): string {
  if (resident === undefined) return remoteAddress;
  const [, pkg, name] = resident.functionKey.split(':');
  return `function:${pkg}/${name}`;
}
