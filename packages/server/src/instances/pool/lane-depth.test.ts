import { describe, expect, it } from 'vitest';
import { LaneDepth } from './lane-depth.ts';

function after(count: number, ownMs: number, lane = new LaneDepth()): LaneDepth {
  for (let i = 0; i < count; i += 1) lane.ended({ ownMs, cpuMs: 0.1, isCrowded: false }, 0);
  return lane;
}

/** One request of a crowd in each ms from `since`. */
function inCrowd(lane: LaneDepth, since: number, count: number, ownMs: number, cpuMs = 0.3): void {
  for (let i = 0; i < count; i += 1) lane.ended({ ownMs, cpuMs, isCrowded: true }, since + i);
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
  lane.ended({ ownMs: 20, cpuMs: 0.1, isCrowded: false }, 0);
  expect(lane.depth(0)).toBeGreaterThan(1);
  after(5, 20, lane);
  expect(lane.depth(0)).toBe(1);
});

it.each([
  ['as many as there are processors, when requests only compute', 0.1, 0.1, 2],
  ['the same when the kernel counts more than the runtime', 0.1, 0.3, 2],
  ['more, when requests wait for something else', 0.3, 0.1, 6],
  ['at most eight for each processor', 0.9, 0.01, 16],
])('fills the lanes of %s', (_, ownMs, cpuMs, workers) => {
  const lane = new LaneDepth();
  for (let i = 0; i < 200; i += 1) lane.ended({ ownMs, cpuMs, isCrowded: false }, 0);
  expect(lane.workers(2)).toBe(workers);
});

it('lets none wait for ten seconds after a failure, and then only after further successes', () => {
  const lane = after(100, 0.1);
  lane.failed(5_000);
  expect(lane.depth(15_000)).toBe(1);
  after(100, 0.1, lane);
  expect(lane.depth(14_999)).toBe(1);
  expect(lane.depth(15_000)).toBe(16);
});

describe('in a crowd', () => {
  it('lets requests wait that need little processor time, and goes on if they are short then', () => {
    const lane = new LaneDepth();
    inCrowd(lane, 0, 99, 3);
    expect(lane.depth(99)).toBe(1);
    inCrowd(lane, 99, 1, 3);
    expect(lane.depth(100)).toBe(6);
    // those that began in the crowd end now
    inCrowd(lane, 101, 40, 3);
    expect(lane.depth(141)).toBe(6);
    inCrowd(lane, 150, 1_000, 0.25);
    expect(lane.depth(1_150)).toBeGreaterThan(6);
  });

  it('ends that when they take long although they do not crowd each other, and tries again less and less often', () => {
    const lane = new LaneDepth();
    let trials = 0;
    let before = 1;
    for (let now = 0; now < 3_600_000; now += 10) {
      lane.ended({ ownMs: 3, cpuMs: 0.3, isCrowded: true }, now);
      const depth = lane.depth(now);
      if (depth > 1 && before === 1) trials += 1;
      before = depth;
    }
    expect(trials).toBeGreaterThan(10);
    expect(trials).toBeLessThan(25);
  });

  it('tries nothing for requests that need the processor for as long as they take', () => {
    const lane = new LaneDepth();
    inCrowd(lane, 0, 5_000, 3, 2);
    expect(lane.depth(5_000)).toBe(1);
  });
});

it('tries nothing without a crowd', () => {
  expect(after(5_000, 3).depth(0)).toBe(1);
});
