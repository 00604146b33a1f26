import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { NetworkSet } from './network-set.ts';

/** The parts of a request that are used here. */
export interface Connection {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
}

/** The other end of a connection, or the client that a trusted proxy names. */
export interface ClientEnd {
  readonly remoteAddress?: string | undefined;
}

const FORWARDED_FOR = 'x-forwarded-for';

/** Reverse proxies whose `X-Forwarded-For` is trusted. The header of any other client is ignored. */
export class TrustedProxies {
  readonly #ranges: NetworkSet;
  readonly #isEmpty: boolean;

  /** Addresses and networks as `10.0.0.0/8`. Throws `RangeError` with the first that is none. */
  constructor(ranges: readonly string[]) {
    this.#isEmpty = ranges.length === 0;
    this.#ranges = new NetworkSet(ranges);
  }

  /**
   * The client of a request: the peer of the connection, and for a trusted proxy the rightmost address of its header
   * that is not a trusted proxy itself. Any client may have written the addresses left of that.
   */
  clientOf({ socket, headers }: Connection): ClientEnd {
    if (this.#isEmpty) return socket;
    const peer = socket.remoteAddress;
    if (peer === undefined || !this.#ranges.has(peer)) return socket;
    let client = peer;
    const names = String(headers[FORWARDED_FOR] ?? '').split(',');
    for (let at = names.length - 1; at >= 0; at -= 1) {
      const address = addressIn(names[at] ?? '');
      // a proxy with an unreadable header is the last known address
      if (address === undefined) break;
      client = address;
      if (!this.#ranges.has(address)) break;
    }
    return { remoteAddress: client };
  }
}

/** Without the form that IPv4 has on an IPv6 socket. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** An address as proxies write it: alone, in brackets, or with a port. */
function addressIn(text: string): string | undefined {
  const trimmed = text.trim();
  const bare = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(trimmed)?.[1] ?? trimmed;
  const address = plain(bare);
  return isIP(address) === 0 ? undefined : address;
}
