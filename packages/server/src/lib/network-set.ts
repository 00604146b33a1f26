import { BlockList, isIP } from 'node:net';

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

const RANGE = /^([0-9A-Fa-f.:]{2,45})(?:\/(\d{1,3}))?$/;

/** An address or a network as `10.0.0.0/8`; undefined for another text, also for IPv4 in the form of IPv6. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', length] = RANGE.exec(text) ?? [];
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  const bits = Number(length ?? most);
  if (version === 0 || bits > most || (version === 6 && isMapped(address))) return undefined;
  return { address, bits, family: version === 6 ? 'ipv6' : 'ipv4' };
}

/** Whether an address of IPv6 is one of IPv4 (`::ffff:192.0.2.7`), in any spelling. */
function isMapped(address: string): boolean {
  return /^\[::ffff:/.test(new URL(`http://[${address.replace(/%.*/, '')}]`).hostname);
}

/** Addresses of IPv4 and IPv6 by network. Each network has only addresses of its own version. */
export class NetworkSet {
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  /** Throws `RangeError` with the first text that is no network. */
  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const network = parseNetwork(text);
      if (network === undefined) throw new RangeError(`${text} is neither an address nor a network`);
      this.#lists[network.family].addSubnet(network.address, network.bits, network.family);
    }
  }

  /** IPv4 in the form of IPv6 counts as IPv4. False for a text that is no address. */
  has(address: string): boolean {
    const version = isIP(address);
    if (version === 4) return this.#lists.ipv4.check(address, 'ipv4');
    if (version === 0) return false;
    return (isMapped(address) ? this.#lists.ipv4 : this.#lists.ipv6).check(address, 'ipv6');
  }
}
