import type { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { isInternalAddress } from './internal-address.ts';

it.each(['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254'])(
  'takes %s, where clouds keep credentials, for internal',
  (address) => {
    expect(isInternalAddress(address)).toBe(true);
  },
);

it('treats the public addresses of this machine as internal while it has them', () => {
  const own = (address: string, family: 'IPv4' | 'IPv6') =>
    (() => ({ eth0: [{ address, family }] })) as unknown as typeof networkInterfaces;
  expect(isInternalAddress('203.0.113.7', own('203.0.113.7', 'IPv4'))).toBe(true);
  expect(isInternalAddress('2001:4860:4860:0::1', own('2001:4860:4860::1', 'IPv6'))).toBe(true);
  expect(isInternalAddress('203.0.113.7', () => ({}))).toBe(false);
});

it.each([
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.0.1',
    '255.255.255.255',
  ],
  ...['::1', '::', '::ffff:127.0.0.1', '::ffff:8.8.8.8', 'fe80::1', 'fd00::1', '64:ff9b::7f00:1', '2002:7f00:1::'],
  ...['::127.0.0.1', '64:ff9b:1::1', '2001:0:7f00:1::', 'fec0::1'],
  ...['localhost', '', '1', '0x7f.1'],
])('takes %j for internal', (address) => {
  expect(isInternalAddress(address)).toBe(true);
});

it.each(['8.8.8.8', '172.32.0.1', '192.169.0.1', '100.128.0.1', '2001:4860:4860::8888'])(
  'takes %s for public',
  (address) => {
    expect(isInternalAddress(address)).toBe(false);
  },
);
