import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetworkSet, parseNetwork } from './network-set.ts';

describe('a set of networks', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:a01:203', true],
    ['10.0.0.0/8', '0:0:0:0:0:FFFF:10.1.2.3', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:0DB8:1::9', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['::/0', 'fe80::1', true],
    ['::/0', '10.0.0.1', false],
    ['::/0', '::ffff:10.0.0.1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['0.0.0.0/0', '', false],
    ['0.0.0.0/0', 'function:default/f', false],
  ])('%s has %s: %s', (network, address, has) => expect(new NetworkSet([network]).has(address)).toBe(has));

  it.each([
    '',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '::1/129',
    '10.0.0.0/8/8',
    '010.0.0.1',
    'a.example',
    '::ffff:10.0.0.0/104',
  ])('refuses %j', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
    expect(() => new NetworkSet([text])).toThrow(RangeError);
  });

  it('has an address of IPv4 exactly when the leading bits are those of the network', () => {
    const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 0, max: 32 }), (network, client, bits) => {
        const shift = BigInt(32 - bits);
        const same = BigInt(network) >> shift === BigInt(client) >> shift;
        expect(new NetworkSet([`${dotted(network)}/${bits}`]).has(dotted(client))).toBe(same);
      }),
    );
  });
});

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
