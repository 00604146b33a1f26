import { expect, it } from 'vitest';
import { ByteCache, type CachedItem } from './byte-cache.ts';
import { ManualClock } from './manual-clock.ts';

const HOUR_MS = 3_600_000;

async function limited(
  limitBytes: number,
  made: readonly { name: string; bytes: number; usedAt: number; busy?: boolean }[],
) {
  const clock = new ManualClock(10 * HOUR_MS);
  const left = new Map(made.map((one) => [one.name, one]));
  const exceeded: number[] = [];
  const items = async (): Promise<CachedItem[]> =>
    [...left.values()].map(({ name, bytes, usedAt, busy }) => ({
      ...{ bytes, usedAt },
      remove: async () => busy !== true && left.delete(name),
    }));
  const cache = new ByteCache({
    ...{ limitBytes, items, clock },
    onExceeded: (bytes) => exceeded.push(bytes),
    onError: (error) => expect.fail(String(error)),
  });
  cache.check();
  await cache.stop();
  return { left: [...left.keys()], exceeded };
}

it('removes what was not used for the longest time, by bytes and not by number', async () => {
  const items = [
    { name: 'new', bytes: 10, usedAt: 3 * HOUR_MS },
    { name: 'old and small', bytes: 1, usedAt: HOUR_MS },
    { name: 'old and large', bytes: 60, usedAt: 2 * HOUR_MS },
    { name: 'newest', bytes: 35, usedAt: 4 * HOUR_MS },
  ];
  expect((await limited(106, items)).left).toHaveLength(4);
  expect(await limited(105, items)).toEqual({ left: ['new', 'newest'], exceeded: [] });
});

it('keeps what is in use or was used a moment ago, and reports that it is too much', async () => {
  const items = [
    { name: 'in use', bytes: 50, usedAt: HOUR_MS, busy: true },
    { name: 'just used', bytes: 30, usedAt: 10 * HOUR_MS - 1_000 },
    { name: 'old', bytes: 5, usedAt: 2 * HOUR_MS },
  ];
  expect(await limited(40, items)).toEqual({ left: ['in use', 'just used'], exceeded: [80] });
});

it('is enforced each minute', async () => {
  const clock = new ManualClock(10 * HOUR_MS);
  let checks = 0;
  const items = async (): Promise<CachedItem[]> => {
    checks += 1;
    return [];
  };
  const cache = new ByteCache({ limitBytes: 1, items, clock, onExceeded: () => {}, onError: () => {} });
  cache.start();
  clock.advance(60_000);
  await expect.poll(() => checks).toBe(1);
  clock.advance(60_000);
  await expect.poll(() => checks).toBe(2);
  await cache.stop();
  clock.advance(120_000);
  expect(checks).toBe(2);
});
