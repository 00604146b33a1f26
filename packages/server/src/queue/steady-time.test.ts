import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../lib/clock.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import type { Storage } from '../storage/index.ts';
import { openInMemory } from '../storage/testing.ts';
import { Queue, SteadyTime } from './index.ts';

const HOUR = 3_600_000;
let passing: ManualClock;
let skewMs: number;
let storage: Storage;
/** The clock of a machine that is set while time passes. */
const clock: Clock = {
  now: () => passing.now() + skewMs,
  monotonic: () => passing.monotonic() - Date.UTC(2026, 0, 1),
  after: (ms, run) => passing.after(ms, run),
  afterReads: (ms, run) => passing.afterReads(ms, run),
};

beforeEach(async () => {
  passing = new ManualClock();
  skewMs = 0;
  storage = await openInMemory();
});
afterEach(() => storage.close());

async function start(): Promise<{ time: SteadyTime; queue: Queue }> {
  const onError = (error: unknown): never => {
    throw error;
  };
  const time = await SteadyTime.open({ storage, clock, onError });
  return { time, queue: await Queue.open({ storage, now: () => time.now(), wallTime: clock.now }) };
}

const message = (id: string, more: object = {}) => ({
  id,
  topic: 't',
  group: 'p:f',
  payload: Buffer.from(id),
  ...more,
});
const take = async (queue: Queue) => (await queue.lease({ topic: 't', limit: 10, leaseMs: 1000 })).map(({ id }) => id);

describe('due times', () => {
  it.each([[-HOUR], [-400 * 24 * HOUR], [HOUR], [400 * 24 * HOUR]])(
    'come when they would have come although the clock is set by %i ms',
    async (by) => {
      const { time, queue } = await start();
      await queue.enqueue(message('later', { notBefore: time.now() + 5_000, expiresAt: time.now() + 60_000 }));
      skewMs = by;
      passing.advance(4_999);
      expect(await take(queue)).toEqual([]);
      passing.advance(1);
      expect(await take(queue)).toEqual(['later']);
      await queue.enqueue(message('now'));
      expect(await take(queue)).toEqual(['now']);
      expect((await queue.reap()).released).toBe(0);
      passing.advance(1_000);
      expect((await queue.reap()).released).toBe(2);
    },
  );

  it('come after a restart with a clock that was set back meanwhile', async () => {
    const first = await start();
    await first.queue.enqueue(message('due'));
    await first.queue.enqueue(message('later', { notBefore: first.time.now() + 5_000 }));
    await first.time.stop();
    skewMs = -24 * HOUR;
    const { queue } = await start();
    expect(await take(queue)).toEqual(['due']);
    passing.advance(5_000);
    expect(await take(queue)).toEqual(['later']);
  });

  it('are late by half a minute at most when the server was killed before the clock was set back', async () => {
    const first = await start();
    passing.advance(10 * 60_000 - 1);
    await new Promise((resolve) => setImmediate(resolve));
    await first.queue.enqueue(message('due'));
    skewMs = -24 * HOUR;
    const { queue } = await start();
    passing.advance(30_000);
    expect(await take(queue)).toEqual(['due']);
  });

  it('count the time in which no server ran', async () => {
    const first = await start();
    await first.queue.enqueue(message('later', { notBefore: first.time.now() + HOUR }));
    await first.time.stop();
    skewMs = 2 * HOUR;
    expect(await take((await start()).queue)).toEqual(['later']);
  });
});

describe('a displayed time', () => {
  it('is the time of the clock, and a time stamped in the future is not kept for ever', async () => {
    skewMs = 400 * 24 * HOUR;
    const { queue } = await start();
    await queue.enqueue(message('a'));
    const [leased] = await queue.lease({ topic: 't', limit: 1, leaseMs: 1000 });
    await queue.ack(leased?.receipt ?? '', {});
    expect(await queue.get('a')).toMatchObject({ enqueuedAt: clock.now(), startedAt: clock.now() });
    skewMs = 0;
    expect(await queue.purge(clock.now() - HOUR)).toBe(0);
    expect((await queue.get('a'))?.finishedAt).toBe(clock.now());
    passing.advance(2 * HOUR);
    expect(await queue.purge(clock.now() - HOUR)).toBe(1);
  });
});
