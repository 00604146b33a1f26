import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Ranges of this machine, its own network, metadata services of clouds, and unassigned addresses. */
const V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Azure's metadata and agent service; those of other clouds are in the other ranges
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const;
const V6 = [
  // these contain an IPv4 address, which would need a check of its own
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

// two lists: one would compare IPv4 addresses with the IPv6 range that holds them all
const internal4 = new BlockList();
const internal6 = new BlockList();
for (const [net, prefix] of V4) internal4.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of V6) internal6.addSubnet(net, prefix, 'ipv6');

/**
 * Whether an IP address is not public, or belongs to this machine at this moment. Also true for a text that is no IP
 * address.
 */
export function isInternalAddress(address: string, interfaces = networkInterfaces): boolean {
  const version = isIP(address);
  if (version === 0) return true;
  const list = version === 4 ? internal4 : internal6;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return list.check(address, family) || ownAddresses(interfaces).check(address, family);
}

/** Read each time: addresses change. */
function ownAddresses(interfaces: typeof networkInterfaces): BlockList {
  const own = new BlockList();
  for (const { address, family } of Object.values(interfaces()).flatMap((found) => found ?? []))
    own.addAddress(address, family === 'IPv4' ? 'ipv4' : 'ipv6');
  return own;
}
