import { expect, it } from 'vitest';
import { DueBuilds } from './builds.ts';

it('runs a build once, and again when its owner or its command changed', () => {
  const builds = new DueBuilds({ begins: () => undefined, ends: () => undefined });
  expect(builds.isDue('a', 'make a')).toBe(true);
  // one that failed is due again
  expect(builds.isDue('a', 'make a')).toBe(true);
  builds.done('a', 'make a');
  builds.done('b', 'make b');
  expect(builds.isDue('a', 'make a')).toBe(false);
  expect(builds.isDue('a', 'make all')).toBe(true);
  builds.changed(['a']);
  expect([builds.isDue('a', 'make a'), builds.isDue('b', 'make b')]).toEqual([true, false]);
});
