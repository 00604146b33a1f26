import { expect, it } from 'vitest';
import { type PrewarmDemand, prewarmTarget } from './prewarm-target.ts';

const limits = { perRuntime: 8, quietMs: 60_000 };
const base: PrewarmDemand = { recentStarts: 0, unusedMs: undefined, wanted: true };

it.each<[string, Partial<PrewarmDemand>, number]>([
  ['keeps one for a runtime that a function could need', {}, 1],
  ['keeps none for a runtime that no function has', { wanted: false }, 0],
  ['keeps more after starts, up to the limit', { recentStarts: 1000, unusedMs: 10 }, 8],
  ['keeps two after a single start', { recentStarts: 1, unusedMs: 10 }, 2],
  ['goes back to one when it is quiet', { recentStarts: 0, unusedMs: 60_001 }, 1],
])('%s', (_, change, expected) => {
  expect(prewarmTarget({ ...base, ...change }, limits)).toBe(expected);
});

it('keeps nothing when prewarming is switched off', () => {
  expect(prewarmTarget({ ...base, recentStarts: 10, unusedMs: 1 }, { ...limits, perRuntime: 0 })).toBe(0);
});
