import { BlockList, isIP } from 'node:net';

/** Ranges that mean this machine, its own network or nobody; a server must not be sent there by a stranger's address. */
const V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const;
const V6 = [
  ['::', 127],
  // carries an IPv4 address, which would have to be judged by itself
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const;

// two lists: one would compare IPv4 addresses with the IPv6 range that holds them all
const internal4 = new BlockList();
const internal6 = new BlockList();
for (const [net, prefix] of V4) internal4.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of V6) internal6.addSubnet(net, prefix, 'ipv6');

/** Whether an IP address is not one of the public internet. Also true for a text that is no IP address. */
export function isInternalAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return internal4.check(address, 'ipv4');
  return version === 0 || internal6.check(address, 'ipv6');
}
