import { beforeEach, describe, expect, it } from 'vitest';
import { ReadyVolumes } from './ready-volumes.ts';

let ready: ReadyVolumes<string>;
beforeEach(() => {
  ready = new ReadyVolumes();
});

function fill(bytes: number): string[] {
  const removed = ready.admit(bytes);
  for (let n = 0; ready.wants(bytes); n++) ready.put(bytes, `${bytes}.${n}`);
  return removed;
}

describe('volumes made ahead', () => {
  it('are eight of a size, given out in their order', () => {
    expect(ready.take(1)).toBe(undefined);
    expect(ready.wants(1)).toBe(false);
    fill(1);
    expect(ready.clear()).toHaveLength(8);
    fill(1);
    expect([ready.take(1), ready.take(1), ready.wants(1)]).toEqual(['1.0', '1.1', true]);
  });

  it('are of four sizes: a fifth takes the place of the one that was not asked for the longest', () => {
    for (const bytes of [1, 2, 3, 4]) expect(fill(bytes)).toEqual([]);
    ready.take(1);
    expect(fill(5)).toEqual(Array.from({ length: 8 }, (_, n) => `2.${n}`));
    expect(ready.take(2)).toBe(undefined);
    expect(ready.take(1)).toBe('1.1');
  });

  it('are bounded when each request has a new size', () => {
    let [made, closed] = [0, 0];
    for (let bytes = 0; bytes < 1000; bytes++) {
      closed += fill(bytes).length;
      made += 8;
      expect(made - closed).toBeLessThanOrEqual(32);
    }
  });

  it('are not kept when their size went while they were made', () => {
    ready.admit(1);
    for (const bytes of [2, 3, 4, 5]) ready.admit(bytes);
    expect(ready.put(1, 'late')).toBe(false);
    expect(ready.clear()).toEqual([]);
  });
});
