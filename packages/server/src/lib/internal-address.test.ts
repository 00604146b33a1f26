import { expect, it } from 'vitest';
import { isInternalAddress } from './internal-address.ts';

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
