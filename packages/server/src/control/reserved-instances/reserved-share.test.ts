import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReservedPlace, reservedShares } from './reserved-share.ts';

const places = fc.uniqueArray(
  fc.record({ home: fc.uuid(), most: fc.option(fc.nat(12), { nil: undefined, freq: 2 }) }),
  { minLength: 1, maxLength: 8, selector: ({ home }) => home },
);
const unlimited = places.map((all) => all.map(({ home }): ReservedPlace => ({ home, most: undefined })));
const count = fc.nat(40);
const sum = (shares: ReadonlyMap<string, number>): number => [...shares.values()].reduce((a, b) => a + b, 0);

describe('the shares of servers in reserved instances', () => {
  it('are exactly as many as are reserved, for every set of servers', () => {
    fc.assert(
      fc.property(fc.string(), count, places, (id, n, all) => {
        expect(sum(reservedShares(id, n, all))).toBe(n);
      }),
    );
  });

  it('do not depend on the order in which servers are seen', () => {
    fc.assert(
      fc.property(fc.string(), count, places, (id, n, all) => {
        const other = reservedShares(id, n, all.toReversed());
        for (const [home, share] of reservedShares(id, n, all)) expect(other.get(home)).toBe(share);
      }),
    );
  });

  it('differ by one at most where all have room', () => {
    fc.assert(
      fc.property(fc.string(), count, unlimited, (id, n, all) => {
        const shares = [...reservedShares(id, n, all).values()];
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('move only from the server that goes, and only to one that comes', () => {
    fc.assert(
      fc.property(fc.string(), count, places, fc.nat(), (id, n, all, at) => {
        const gone = all[at % all.length];
        const rest = all.filter((place) => place !== gone);
        fc.pre(rest.length > 0);
        const before = reservedShares(id, n, all);
        for (const [home, share] of reservedShares(id, n, rest)) {
          expect(share).toBeGreaterThanOrEqual(before.get(home) ?? 0);
        }
      }),
    );
  });

  it('move only from the server that has less room', () => {
    fc.assert(
      fc.property(fc.string(), count, places, fc.nat(), fc.nat(12), (id, n, all, at, most) => {
        const before = reservedShares(id, n, all);
        const tight = all[at % all.length];
        fc.pre(tight !== undefined && most < (tight.most ?? Number.POSITIVE_INFINITY));
        const after = reservedShares(
          id,
          n,
          all.map((place) => (place === tight ? { ...place, most } : place)),
        );
        for (const [home, share] of after) {
          if (home !== tight?.home) expect(share).toBeGreaterThanOrEqual(before.get(home) ?? 0);
        }
      }),
    );
  });

  it('stay within the room of each server while others have some', () => {
    const two = [
      { home: 'a', most: 1 },
      { home: 'b', most: undefined },
    ];
    expect(Object.fromEntries(reservedShares('f', 5, two))).toEqual({ a: 1, b: 4 });
    expect(Object.fromEntries(reservedShares('f', 5, [two[0] ?? { home: 'a', most: 1 }]))).toEqual({ a: 5 });
    expect(Object.fromEntries(reservedShares('f', 0, two))).toEqual({ a: 0, b: 0 });
  });

  it('are spread evenly over many reservations of one instance', () => {
    const homes = ['a', 'b', 'c', 'd'].map((home) => ({ home, most: undefined }));
    const totals = new Map<string, number>();
    for (let n = 0; n < 1000; n += 1) {
      for (const [home, share] of reservedShares(`f${n}:latest`, 1, homes))
        totals.set(home, (totals.get(home) ?? 0) + share);
    }
    for (const total of totals.values()) expect(Math.abs(total - 250)).toBeLessThan(60);
  });
});
