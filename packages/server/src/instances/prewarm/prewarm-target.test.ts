import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type PrewarmDemand, prewarmTarget, shareOfBursts } from './prewarm-target.ts';

const limits = { perRuntime: 8, quietMs: 60_000 };
const base: PrewarmDemand = { burst: 0, forOthers: 0, unusedMs: undefined, requested: true, isTight: false };

it.each<[string, Partial<PrewarmDemand>, number]>([
  ['keeps one for a runtime that a function could need', {}, 1],
  ['keeps none for a runtime that no function has', { requested: false }, 0],
  ['keeps two after a single start', { burst: 1, unusedMs: 10 }, 2],
  ['keeps enough for another burst', { burst: 5, unusedMs: 10 }, 6],
  ['keeps no more than the limit', { burst: 1000, unusedMs: 10 }, 8],
  ['goes back to one when it is quiet', { burst: 5, unusedMs: 60_001 }, 1],
  ['goes back to one when memory is tight', { burst: 5, unusedMs: 10, isTight: true }, 1],
  ['keeps its part for bursts elsewhere besides the one for itself', { forOthers: 3 }, 4],
  ['keeps what is more: its own or the part of others', { burst: 5, unusedMs: 10, forOthers: 3 }, 6],
  ['keeps the part of others when that is more', { burst: 1, unusedMs: 10, forOthers: 5 }, 6],
  ['keeps no more than the limit for others either', { forOthers: 1000 }, 8],
  ['keeps one for bursts elsewhere when memory is tight', { forOthers: 3, isTight: true }, 1],
  ['keeps none for bursts elsewhere of a runtime that no function has', { forOthers: 3, requested: false }, 0],
])('%s', (_, change, expected) => {
  expect(prewarmTarget({ ...base, ...change }, limits)).toBe(expected);
});

it('keeps no runtime when prewarming is disabled', () => {
  expect(prewarmTarget({ ...base, burst: 10, unusedMs: 1 }, { ...limits, perRuntime: 0 })).toBe(0);
});

it.each([
  [0, 4, 0],
  [1, 4, 1],
  [8, 4, 2],
  [9, 4, 3],
  [5, 1, 5],
])('of bursts of %i starts elsewhere one of %i servers has a part of %i', (others, servers, part) => {
  expect(shareOfBursts(others, servers)).toBe(part);
});

it('more demand never means fewer runtimes, and no demand means more than the limit', () => {
  const demands = fc.record({
    burst: fc.nat(100),
    forOthers: fc.nat(100),
    unusedMs: fc.option(fc.nat(120_000), { nil: undefined }),
    requested: fc.boolean(),
    isTight: fc.boolean(),
  });
  fc.assert(
    fc.property(demands, fc.nat(20), fc.nat(5), fc.nat(5), (demand, perRuntime, burst, forOthers) => {
      const bounds = { perRuntime, quietMs: 60_000 };
      const before = prewarmTarget(demand, bounds);
      const more = { ...demand, burst: demand.burst + burst, forOthers: demand.forOthers + forOthers };
      expect(prewarmTarget(more, bounds)).toBeGreaterThanOrEqual(before);
      expect(before).toBeLessThanOrEqual(perRuntime);
      expect(before).toBeGreaterThanOrEqual(prewarmTarget({ ...demand, forOthers: 0 }, bounds));
    }),
  );
});

it('together the servers keep at least as many for others as their bursts had starts', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 9 }), (bursts) => {
      const all = bursts.reduce((sum, one) => sum + one, 0);
      for (const own of bursts) {
        const part = shareOfBursts(all - own, bursts.length);
        expect(part * bursts.length).toBeGreaterThanOrEqual(all - own);
        expect((part - 1) * bursts.length).toBeLessThan(Math.max(all - own, 1));
      }
    }),
  );
});
