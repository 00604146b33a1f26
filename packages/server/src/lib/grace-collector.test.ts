import { expect, it } from 'vitest';
import { GraceCollector } from './grace-collector.ts';
import { ManualClock } from './manual-clock.ts';

const MINUTE = 60_000;

function collector(remove: (key: string) => Promise<unknown>) {
  const clock = new ManualClock();
  return { clock, collector: new GraceCollector(clock, remove) };
}

it('removes files once, twenty minutes after their last use', async () => {
  const removed: string[] = [];
  const { clock, collector: files } = collector(async (key) => removed.push(key));
  files.later('a');
  clock.advance(19 * MINUTE);
  files.later('a');
  files.later('b');
  clock.advance(19 * MINUTE);
  expect([removed, files.waitsFor('a')]).toEqual([[], true]);
  clock.advance(MINUTE);
  expect([removed, files.waitsFor('a')]).toEqual([['a', 'b'], false]);
  clock.advance(60 * MINUTE);
  expect(removed).toEqual(['a', 'b']);
});

it('leaves files that cannot be removed, and those that still wait at a stop, to the next sweep', async () => {
  const tried: string[] = [];
  const { clock, collector: files } = collector(async (key) => {
    tried.push(key);
    throw new Error('busy');
  });
  files.later('a');
  clock.advance(20 * MINUTE);
  files.later('b');
  await files.stop();
  clock.advance(20 * MINUTE);
  expect(tried).toEqual(['a']);
});

it('is stopped when a removal in progress has ended', async () => {
  const removal = Promise.withResolvers<void>();
  const { clock, collector: files } = collector(() => removal.promise);
  files.later('a');
  clock.advance(20 * MINUTE);
  let stopped = false;
  const stop = files.stop().then(() => {
    stopped = true;
  });
  await new Promise(setImmediate);
  expect(stopped).toBe(false);
  removal.resolve();
  await stop;
});
