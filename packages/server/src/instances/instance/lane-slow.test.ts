import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { Lane } from './lane.ts';

/** A server that looks when the test says so, however late. */
class LateClock extends ManualClock {
  looks: (() => void)[] = [];

  override afterReads(_ms: number, look: () => void) {
    this.looks.push(look);
    return { cancel: () => {} };
  }

  look(): void {
    for (const look of this.looks.splice(0)) look();
  }
}

function makeLane(): { readonly clock: LateClock; readonly lane: Lane; readonly recalls: number[] } {
  const clock = new LateClock(0);
  const recalls: number[] = [];
  const lane = new Lane({
    clock,
    measure: () => ({ cpuMs: null, peakMemoryBytes: null }),
    onBegin: () => {},
    onEnd: () => {},
    recall: () => recalls.push(clock.monotonic()),
  });
  return { clock, lane, recalls };
}

const request = (requestId: string) => ({ requestId, timeoutMs: 3000 });

describe('a lane whose first request runs long', () => {
  it('takes more until what has arrived was read', () => {
    const { clock, lane } = makeLane();
    lane.add(request('r-1'), () => {});
    lane.add(request('r-2'), () => {});
    clock.advance(30);
    expect(lane.takesMore(30)).toBe(true);
  });

  it('takes no more when nothing is left to be read', () => {
    const { clock, lane } = makeLane();
    lane.add(request('r-1'), () => {});
    clock.advance(30);
    expect(lane.takesMore(30)).toBe(false);
  });

  it('is recalled by a server that looks in time, and only once', () => {
    const { clock, lane, recalls } = makeLane();
    lane.add(request('r-1'), () => {});
    lane.add(request('r-2'), () => {});
    clock.advance(5);
    clock.look();
    clock.look();
    expect(recalls).toEqual([5]);
    expect(lane.takesMore(5)).toBe(false);
  });

  it('has more time while this server looks late itself', () => {
    const { clock, lane, recalls } = makeLane();
    lane.add(request('r-1'), () => {});
    lane.add(request('r-2'), () => {});
    clock.advance(30);
    clock.look();
    expect(recalls).toEqual([]);
    expect(lane.takesMore(30)).toBe(true);
    clock.advance(70);
    clock.look();
    expect(recalls).toEqual([100]);
  });
});
