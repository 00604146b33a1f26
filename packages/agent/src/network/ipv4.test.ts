import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressPool } from './address-pool.ts';
import { egressBlock } from './egress-block.ts';
import {
  type Block,
  formatAddress,
  formatBlock,
  gatewayOf,
  overlaps,
  parseAddress,
  parseBlock,
  sizeOf,
  upperHalf,
} from './ipv4.ts';

const block = (text: string): Block => {
  const found = parseBlock(text);
  if (found === undefined) throw new Error(`${text} is no block`);
  return found;
};

describe('addresses', () => {
  it('are the same after they were written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (address) => {
        expect(parseAddress(formatAddress(address))).toBe(address);
      }),
    );
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.0.0.1', '01.2.3.4', '1.2.3.-4', 'fd00::1', ' 1.2.3.4'])(
    'are not made of %j',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  it.each(['10.0.0.1/24', '10.0.0.0/33', '10.0.0.0', '10.0.0.0/24/1', '10.0.0.0/x'])('no block is %s', (text) => {
    expect(parseBlock(text)).toBeUndefined();
  });

  it('of instances are the upper half, of the machine the first', () => {
    expect(formatBlock(upperHalf(block('10.20.0.0/24')))).toBe('10.20.0.128/25');
    expect(gatewayOf(block('10.20.0.0/24'))).toBe('10.20.0.1');
    expect(formatBlock(upperHalf(block('128.0.0.0/1')))).toBe('192.0.0.0/2');
  });

  it('overlap exactly when they share one', () => {
    expect(overlaps(block('10.0.0.0/8'), block('10.3.0.0/16'))).toBe(true);
    expect(overlaps(block('10.3.0.0/16'), block('10.0.0.0/8'))).toBe(true);
    expect(overlaps(block('10.0.0.0/9'), block('10.128.0.0/9'))).toBe(false);
  });
});

describe('the addresses of a network', () => {
  it('are each given to one at a time, the longest unused first', () => {
    const pool = new AddressPool(block('10.0.0.16/29'));
    const all = Array.from({ length: 5 }, () => pool.take());
    expect(all).toEqual(['10.0.0.18', '10.0.0.19', '10.0.0.20', '10.0.0.21', '10.0.0.22']);
    expect(() => pool.take()).toThrow(expect.objectContaining({ code: 'NETWORK_FAILED' }));
    pool.giveBack('10.0.0.20');
    pool.giveBack('10.0.0.19');
    expect(pool.take()).toBe('10.0.0.19');
    expect(pool.take()).toBe('10.0.0.20');
  });
});

describe('the default network of an agent', () => {
  const nothing = { routes: [], addresses: [] };

  it('overlaps with that of no other agent of the machine', () => {
    const all = Array.from({ length: 512 }, (_, at) => egressBlock(at, nothing) ?? block('0.0.0.0/0'));
    const sorted = [...all].sort((a, b) => a.first - b.first);
    for (const [at, one] of sorted.entries()) {
      const next = sorted[at + 1];
      if (next !== undefined) expect(one.first + sizeOf(one)).toBeLessThanOrEqual(next.first);
    }
  });

  it('hides nothing that the machine reaches by a route, and no name server', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0x0ac0_0000, max: 0x0aff_ffff }), fc.integer({ min: 12, max: 32 }))),
        fc.integer({ min: 0, max: 511 }),
        (places, agent) => {
          const routes = places.map(([at, length]) => ({ first: at - (at % 2 ** (32 - length)), length }));
          const found = egressBlock(agent, { routes, addresses: [] });
          if (found !== undefined) expect(routes.some((route) => overlaps(route, found))).toBe(false);
        },
      ),
    );
    const usual = egressBlock(3, nothing);
    const server = (usual?.first ?? 0) + 77;
    expect(egressBlock(3, { routes: [], addresses: [server] })).not.toEqual(usual);
    expect(egressBlock(3, { routes: [block('0.0.0.0/1')], addresses: [] })).toBeUndefined();
  });
});
