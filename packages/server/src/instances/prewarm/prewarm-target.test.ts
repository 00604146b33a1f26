import { expect, it } from 'vitest';
import { type PrewarmDemand, prewarmTarget } from './prewarm-target.ts';

const limits = { perRuntime: 8, quietMs: 60_000 };
const base: PrewarmDemand = { burst: 0, unusedMs: undefined, requested: true, isTight: false };

it.each<[string, Partial<PrewarmDemand>, number]>([
  ['keeps one for a runtime that a function could need', {}, 1],
  ['keeps none for a runtime that no function has', { requested: false }, 0],
  ['keeps two after a single start', { burst: 1, unusedMs: 10 }, 2],
  ['keeps enough for another burst', { burst: 5, unusedMs: 10 }, 6],
  ['keeps no more than the limit', { burst: 1000, unusedMs: 10 }, 8],
  ['goes back to one when it is quiet', { burst: 5, unusedMs: 60_001 }, 1],
  ['goes back to one when memory is tight', { burst: 5, unusedMs: 10, isTight: true }, 1],
])('%s', (_, change, expected) => {
  expect(prewarmTarget({ ...base, ...change }, limits)).toBe(expected);
});

it('keeps no runtime when prewarming is disabled', () => {
  expect(prewarmTarget({ ...base, burst: 10, unusedMs: 1 }, { ...limits, perRuntime: 0 })).toBe(0);
});
