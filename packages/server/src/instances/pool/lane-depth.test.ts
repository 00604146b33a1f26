import { expect, it } from 'vitest';
import { LaneDepth } from './lane-depth.ts';

function after(count: number, ownMs: number, lane = new LaneDepth()): LaneDepth {
  for (let i = 0; i < count; i += 1) lane.ended(ownMs);
  return lane;
}

it('lets requests wait after 100 successes, so many that they take two milliseconds together', () => {
  expect(after(99, 0.1).depth(0)).toBe(1);
  expect(after(100, 0).depth(0)).toBe(16);
  expect(after(100, 0.1).depth(0)).toBe(16);
  expect(after(100, 0.25).depth(0)).toBe(8);
  expect(after(100, 0.9).depth(0)).toBe(2);
  expect(after(100, 1).depth(0)).toBe(1);
});

it('follows the fast requests, and notices when all become slow', () => {
  const lane = after(200, 0.1);
  lane.ended(20);
  expect(lane.depth(0)).toBeGreaterThan(1);
  after(5, 20, lane);
  expect(lane.depth(0)).toBe(1);
});

it('lets none wait for ten seconds after a failure, and then only after further successes', () => {
  const lane = after(100, 0.1);
  lane.failed(5_000);
  expect(lane.depth(15_000)).toBe(1);
  after(100, 0.1, lane);
  expect(lane.depth(14_999)).toBe(1);
  expect(lane.depth(15_000)).toBe(16);
});
