import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BatchRoom } from './batch-room.ts';
import { pauseOf } from './lane-reader.ts';
import { lanesOf, placeOf } from './placement.ts';

const works = Array.from({ length: 200 }, (_, at) => `lane-${at}`);

it('spreads lanes over servers, and moves only those of a server that left', () => {
  const servers = ['a', 'b', 'c'];
  const before = works.map((work) => placeOf(work, servers));
  for (const server of servers) expect(before.filter((place) => place === server).length).toBeGreaterThan(30);
  const after = works.map((work) => placeOf(work, ['a', 'c']));
  for (const [at, place] of before.entries()) if (place !== 'b') expect(after[at]).toBe(place);
});

it('places a lane on the same server whatever the order of the servers is', () => {
  const servers = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.string(), servers, (work, all) => {
      expect(placeOf(work, all.toReversed())).toBe(placeOf(work, all));
    }),
  );
});

it('has a lane for each shard, or one for all of a serial trigger', () => {
  expect(lanesOf('t', ['0', '1'], false)).toEqual([
    { key: 'consumer:t:0', shards: ['0'] },
    { key: 'consumer:t:1', shards: ['1'] },
  ]);
  expect(lanesOf('t', ['0', '1'], true)).toEqual([{ key: 'consumer:t', shards: ['0', '1'] }]);
});

it('waits longer after each failure, and not at all after a batch', () => {
  expect(pauseOf('done', 0, 500)).toBe(0);
  expect(pauseOf('nothing', 0, 500)).toBe(500);
  expect([1, 2, 3, 20].map((failures) => pauseOf('failed', failures, 500))).toEqual([1_000, 2_000, 4_000, 60_000]);
});

it('leaves room for other owners beside one that fills its half', async () => {
  const room = new BatchRoom(100);
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const work = (owner: string, bytes: number) =>
    room.run(owner, bytes, () => {
      begun.push(owner);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const all = [work('a', 30), work('a', 30), work('a', 10), work('b', 30)];
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b']);
  ends.shift()?.();
  await all[0];
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b', 'a', 'a']);
  for (const end of ends) end();
  await Promise.all(all);
  expect(room.used).toBe(0);
});
