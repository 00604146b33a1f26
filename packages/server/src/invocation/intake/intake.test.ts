import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { type LeasedMessage, type Peers, Queue } from '../../queue/index.ts';
import type { Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { Intake } from './intake.ts';

const TOPIC = 't';
let clock: ManualClock;
let storage: Storage;
let queue: Queue;
let intake: Intake | undefined;
const inFlight = new Set<Promise<unknown>>();
let begun: string[];
let running: Map<string, () => void>;

beforeEach(async () => {
  clock = new ManualClock();
  storage = await openTestStorage();
  queue = await Queue.open({ storage, now: () => clock.now() });
  inFlight.clear();
  queue.lease = watch(queue.lease);
  queue.ack = watch(queue.ack);
  queue.nextDue = watch(queue.nextDue);
  queue.readyGroups = watch(queue.readyGroups);
  begun = [];
  running = new Map();
});
afterEach(async () => {
  await intake?.stop(AbortSignal.abort());
  await storage.close();
});

async function start(slots: number, peers?: Peers): Promise<void> {
  const run = async ({ id, receipt }: LeasedMessage): Promise<void> => {
    begun.push(id);
    await new Promise<void>((resolve) => running.set(id, resolve));
    running.delete(id);
    await queue.ack(receipt, {});
  };
  const shared = peers === undefined ? {} : { peers };
  const log = pino({ level: 'silent' });
  intake = new Intake({ queue, topic: TOPIC, clock, log, slots, leaseMs: 60_000, run, ...shared });
  await intake.start();
}

const add = (id: string, group: string, notBefore?: number): Promise<boolean> =>
  queue.enqueue({
    id,
    topic: TOPIC,
    group,
    payload: Buffer.from(id),
    ...(notBefore === undefined ? {} : { notBefore }),
  });

/** Ten functions of some projects with more events than slots; the events never end by themselves. */
async function flood(projects: number, each: number): Promise<void> {
  const all = Array.from({ length: 10 * each }, (_, n) => add(`greedy-${n}`, `p${n % projects}:default:f${n % 10}`));
  await Promise.all(all);
}

/** Makes `settled` wait for the calls of a method. */
function watch<Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) {
  return (...args: Args): Promise<Result> => {
    const answer = call.apply(queue, args);
    inFlight.add(answer);
    const end = (): unknown => inFlight.delete(answer);
    answer.then(end, end);
    return answer;
  };
}

/** Resolves when no more messages begin. */
async function settled(): Promise<void> {
  for (let last = -1; last !== begun.length; ) {
    last = begun.length;
    do {
      await Promise.allSettled(inFlight);
      await new Promise((resolve) => setImmediate(resolve));
    } while (inFlight.size > 0);
  }
}

describe('an intake', () => {
  it.each([1, 2, 10])(
    'begins an event of an idle function at once while ten functions of %i projects keep the slots busy for ever',
    async (projects) => {
      await flood(projects, 30);
      await start(80);
      await expect.poll(() => begun.length).toBeGreaterThan(40);
      await settled();
      await add('quick', 'p0:default:quick');
      await expect.poll(() => begun.at(-1)).toBe('quick');
      expect(begun.length).toBeLessThanOrEqual(80);
    },
  );

  it('begins it with the next slot that becomes free when there are fewer slots than greedy functions', async () => {
    await flood(10, 20);
    await start(4);
    await expect.poll(() => begun.length).toBe(4);
    await add('quick', 'p3:default:quick');
    await settled();
    // one running function ends; nine others have waited longer
    for (let ends = 0; ends < 7 && !begun.includes('quick'); ends += 1) {
      const before = begun.length;
      const [, end] = [...running][0] ?? [];
      end?.();
      await expect.poll(() => begun.length).toBeGreaterThan(before);
    }
    expect(begun).toContain('quick');
  });

  it('takes functions in turn while slots become free', async () => {
    await flood(1, 20);
    await start(10);
    for (let ends = 0; ends < 60; ends += 1) {
      await expect.poll(() => running.size).toBeGreaterThan(0);
      const [, end] = [...running][0] ?? [];
      end?.();
      await settled();
    }
    const counts = new Map<number, number>();
    for (const id of begun) {
      const fn = Number(id.split('-')[1]) % 10;
      counts.set(fn, (counts.get(fn) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(4);
  });

  describe('whose slots are held by one function', () => {
    const end = (count: number): void => {
      for (const [, end] of [...running].slice(0, count)) end();
    };

    beforeEach(async () => {
      await Promise.all(Array.from({ length: 100 }, (_, n) => add(`busy-${n}`, 'p:default:busy')));
      await start(40);
      await expect.poll(() => begun.length).toBe(32);
      await settled();
    });

    it('claims for slots that become free one after another together, within ten milliseconds', async () => {
      const lease = vi.spyOn(queue, 'lease');
      for (let ends = 0; ends < 5; ends += 1) {
        end(1);
        await settled();
      }
      expect(lease).not.toHaveBeenCalled();
      clock.advance(10);
      await expect.poll(() => begun.length).toBe(37);
      expect(lease.mock.calls.map(([{ limit }]) => limit)).toEqual([5]);
    });

    it('claims at once when a quarter of them is free', async () => {
      end(10);
      await expect.poll(() => begun.length).toBe(42);
    });

    it('claims at once for another function', async () => {
      end(1);
      await settled();
      await add('quick', 'p:default:quick');
      await expect.poll(() => begun).toContain('quick');
    });
  });

  describe('with a free slot', () => {
    const peersThat = (yields: boolean): Peers => ({ others: [], yields, onChange: () => () => {} });

    it('runs what this process enqueues without a claim', async () => {
      await start(40);
      const lease = vi.spyOn(queue, 'lease');
      for (const id of ['a', 'b', 'c']) {
        await add(id, 'p:default:f');
        // the caller learns first that it is stored
        expect(begun).not.toContain(id);
        await settled();
      }
      expect(begun).toEqual(['a', 'b', 'c']);
      running.get('b')?.();
      await settled();
      expect(lease).not.toHaveBeenCalled();
      expect(await queue.counts(TOPIC)).toMatchObject({ leased: 2, done: 1, ready: 0 });
    });

    it('takes no more of one function than its share, and then what waited first', async () => {
      await start(10);
      for (let n = 0; n < 20; n += 1) await add(`f-${n}`, 'p:default:f');
      await settled();
      expect(begun).toHaveLength(8);
      await add('other', 'p:default:g');
      await expect.poll(() => begun).toContain('other');
      running.get('f-0')?.();
      await add('late', 'p:default:f');
      await vi.waitFor(() => {
        clock.advance(10);
        expect(begun).toContain('f-8');
      });
      expect(begun).not.toContain('late');
    });

    it('leaves what a server that yields accepts to others', async () => {
      await start(4, peersThat(true));
      await add('a', 'p:default:f');
      await settled();
      expect([begun, await queue.counts(TOPIC)]).toMatchObject([[], { ready: 1 }]);
    });

    it('gets the slot back of a message that was known already, and ends after what is being stored', async () => {
      await start(1);
      await add('a', 'p:default:f');
      await settled();
      running.get('a')?.();
      await settled();
      expect(await add('a', 'p:default:f')).toBe(false);
      const adding = add('b', 'p:default:f');
      let ended = false;
      const stopping = intake?.stop(new AbortController().signal).then(() => {
        ended = true;
      });
      await adding;
      await settled();
      expect([begun, ended]).toEqual([['a', 'b'], false]);
      running.get('b')?.();
      await stopping;
      expect(await queue.counts(TOPIC)).toMatchObject({ done: 2 });
    });
  });

  it('runs messages that waited before it started, and later ones when they are due', async () => {
    await add('now', 'p:default:a');
    await add('later', 'p:default:b', clock.now() + 5_000);
    await start(4);
    await expect.poll(() => begun).toEqual(['now']);
    await settled();
    clock.advance(4_999);
    await settled();
    expect(begun).toEqual(['now']);
    clock.advance(1);
    await expect.poll(() => begun).toEqual(['now', 'later']);
  });

  it('leaves out a paused function until the pause is over', async () => {
    await start(4);
    intake?.pause('p:default:a', 500);
    await add('a', 'p:default:a');
    await add('b', 'p:default:b');
    await expect.poll(() => begun).toEqual(['b']);
    await settled();
    clock.advance(500);
    await expect.poll(() => begun).toEqual(['b', 'a']);
  });

  it('tries again when the database did not answer, and loses no message', async () => {
    const { lease } = queue;
    let failures = 2;
    vi.spyOn(queue, 'lease').mockImplementation((request) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('away')) : lease.call(queue, request);
    });
    await start(4);
    await add('a', 'p:default:a');
    await vi.waitFor(() => {
      clock.advance(500);
      expect(begun).toEqual(['a']);
    });
  });

  describe('that gets no due messages', () => {
    /** Claims of the next second, with a look in each millisecond. */
    const claimsOfOneSecond = async (): Promise<number> => {
      const lease = vi.spyOn(queue, 'lease');
      lease.mockClear();
      for (let ms = 0; ms < 1_000; ms += 1) {
        clock.advance(1);
        await settled();
      }
      return lease.mock.calls.length;
    };

    it('because its server lost its membership, claims twice in a second, however many functions wait', async () => {
      let isLive = true;
      queue = await Queue.open({
        ...{ storage, now: () => clock.now() },
        member: { id: 'alone', isLive: () => isLive },
      });
      for (const method of ['lease', 'ack', 'nextDue'] as const) queue[method] = watch(queue[method] as never) as never;
      for (const name of ['a', 'b', 'c']) await add(name, `p:default:${name}`);
      isLive = false;
      await start(4);
      expect(await claimsOfOneSecond()).toBeLessThanOrEqual(3 * 3);
      expect(begun).toEqual([]);
      isLive = true;
      await vi.waitFor(() => {
        clock.advance(500);
        expect(begun.toSorted()).toEqual(['a', 'b', 'c']);
      });
    });

    it('because another session has locked them, claims less and less often', async () => {
      await start(4);
      const { lease } = queue;
      let isLocked = true;
      queue.lease = watch(async (request) => (isLocked ? [] : lease.call(queue, request)));
      // one that is stored as leased needs no claim
      await add('first', 'p:default:a', clock.now() + 1);
      expect(await claimsOfOneSecond()).toBeLessThan(30);
      isLocked = false;
      await vi.waitFor(() => {
        clock.advance(100);
        expect(begun).toEqual(['first']);
      });
    });
  });

  it('looks less often for messages of other servers while there are none, but not beside one that yields', async () => {
    const others = [{ id: 'b', home: 'b', name: 'b', version: '1', description: undefined, draining: false }];
    const looksIn = async (draining: boolean): Promise<number> => {
      const peers = {
        others: [{ ...others[0], draining }] as Peers['others'],
        yields: false,
        onChange: () => () => {},
      };
      const looks = vi.spyOn(queue, 'readyGroups');
      looks.mockClear();
      await start(4, peers);
      for (let ms = 0; ms < 30_000; ms += 100) {
        clock.advance(100);
        await settled();
      }
      await intake?.stop(AbortSignal.abort());
      return looks.mock.calls.length;
    };
    const seldom = await looksIn(false);
    expect(seldom).toBeLessThan(20);
    expect(await looksIn(true)).toBeGreaterThan(1.5 * seldom);
  });
});
