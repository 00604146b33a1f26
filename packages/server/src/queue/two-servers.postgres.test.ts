import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import type { Member, Storage } from '../storage/index.ts';
import { newPlace } from '../storage/testing.ts';
import { openAt } from '../storage/testing-place.ts';
import { Queue, SteadyTime } from './index.ts';

const LEASE = { topic: 't', limit: 10, leaseMs: 30_000 };

let opened: Storage[];
let place: string;
beforeEach(async () => {
  opened = [];
  place = await newPlace('');
});
afterEach(async () => {
  for (const storage of opened) await storage.close();
});

interface Server {
  readonly storage: Storage;
  readonly queue: Queue;
  readonly member: Member;
  isLive: boolean;
}

/** `aheadMs`: how far its clock is ahead of those of others. */
async function server(id: string, aheadMs = 0): Promise<Server> {
  const storage = await openAt(place);
  opened.push(storage);
  const joined = { joined_at: 1, expires_at: 1, version: '1' };
  await storage.db
    .insertInto('server')
    .values({ id, home: id, name: id, ...joined })
    .execute();
  const state = { isLive: true };
  const member = { id, isLive: () => state.isLive };
  const now = () => Date.now() + aheadMs;
  return Object.assign(state, { storage, member, queue: await Queue.open({ storage, now, member }) });
}
const remove = ({ storage, member }: Server) => storage.db.deleteFrom('server').where('id', '=', member.id).execute();
const message = (id: string) => ({ id, topic: 't', group: 'p:f', payload: Buffer.from(id) });
const enqueue = ({ queue }: Server, ...ids: string[]) => Promise.all(ids.map((id) => queue.enqueue(message(id))));

describe('a queue of two servers', () => {
  it('gives each message to one of them', async () => {
    const [a, b] = [await server('a'), await server('b')];
    const ids = Array.from({ length: 60 }, (_, n) => `m${n}`);
    await enqueue(a, ...ids.slice(0, 30));
    await enqueue(b, ...ids.slice(30));
    const taken: string[] = [];
    const take = async ({ queue }: Server): Promise<void> => {
      for (;;) {
        const leased = await queue.lease({ ...LEASE, limit: 4 });
        // rows that the other one is taking are skipped
        if (leased.length === 0 && taken.length >= ids.length - 4) return;
        taken.push(...leased.map(({ id }) => id));
      }
    };
    await Promise.all([take(a), take(b), take(a), take(b)]);
    expect(taken.toSorted()).toEqual(ids.toSorted());
  });

  it('leaves the leases of a live server alone, whatever its own clock says, and ends those of one that is gone', async () => {
    const [a, b] = [await server('a'), await server('b', 3_600_000)];
    await enqueue(a, 'm1', 'm2', 'm3');
    const [first, second] = await a.queue.lease({ ...LEASE, limit: 2 });
    expect((await b.queue.reap()).released).toBe(0);
    expect(await a.queue.ack(first?.receipt ?? '', {})).toBe(true);
    await remove(a);
    expect(await b.queue.reap()).toMatchObject({ released: 1, cancelled: [] });
    // the first server lives after all: what it did counts no more
    expect(await a.queue.ack(second?.receipt ?? '', {})).toBe(false);
    expect((await b.queue.lease(LEASE)).map(({ id }) => id).toSorted()).toEqual(['m2', 'm3']);
  });

  it('recovers at the start what no server holds, and nothing else', async () => {
    const [a, b] = [await server('a'), await server('b')];
    await enqueue(a, 'm1', 'm2');
    await a.queue.lease({ ...LEASE, limit: 1 });
    await b.queue.lease({ ...LEASE, limit: 1 });
    await remove(b);
    const c = await server('c');
    expect(await c.queue.recover()).toBe(1);
    expect(await c.queue.counts('t')).toMatchObject({ ready: 1, leased: 1 });
  });

  it('gives nothing to a server that may be taken for dead', async () => {
    const a = await server('a');
    await enqueue(a, 'm');
    a.isLive = false;
    await expect(a.queue.lease(LEASE)).rejects.toMatchObject({ code: 'unavailable' });
    a.isLive = true;
    expect(await a.queue.lease(LEASE)).toHaveLength(1);
  });

  it('lists messages of the same moment once, in one order', async () => {
    const [a, b] = [await server('a'), await server('b')];
    await enqueue(a, 'a1', 'a2');
    await enqueue(b, 'b1', 'b2');
    await a.storage.db.updateTable('message').set({ position: 7 }).execute();
    const page = await b.queue.list({ topic: 't', limit: 9 });
    expect(page.messages.map(({ id }) => id)).toEqual(['b2', 'b1', 'a2', 'a1']);
  });

  it('counts what the other one did when it counts anew', async () => {
    const [a, b] = [await server('a'), await server('b')];
    await enqueue(a, 'm1', 'm2');
    expect(b.queue.unfinished('t')).toBe(0);
    await b.queue.recount();
    expect(b.queue.unfinished('t')).toBe(2);
    for (const { receipt } of await b.queue.lease(LEASE)) await b.queue.ack(receipt, {});
    await a.queue.recount();
    expect([a.queue.unfinished('t'), b.queue.unfinished('t')]).toEqual([0, 0]);
  });

  it('finds the groups with messages of the other one, and when the first of each is due', async () => {
    const [a, b] = [await server('a'), await server('b')];
    for (const [id, group, notBefore] of [
      ['m1', 'p:f', 5],
      ['m2', 'p:f', 3],
      ['m3', 'p:g', 9],
    ] as const) {
      await a.queue.enqueue({ ...message(id), group, notBefore });
    }
    expect(await b.queue.readyGroups('t')).toEqual([
      { group: 'p:f', dueAt: 3 },
      { group: 'p:g', dueAt: 9 },
    ]);
    expect(await b.queue.readyGroups('other')).toEqual([]);
  });

  it('tells a server which of its running messages another one cancelled', async () => {
    const [a, b] = [await server('a'), await server('b')];
    await enqueue(a, 'm1', 'm2');
    await a.queue.lease(LEASE);
    expect(await b.queue.cancel('m1')).toBe('running');
    expect(await a.queue.cancelRequested(['m1', 'm2'])).toEqual(['m1']);
    const changes = await a.storage.db.selectFrom('change').select(['topic', 'key']).execute();
    expect(changes).toEqual([{ topic: 'cancelled-message', key: 'm1' }]);
  });
});

describe('the steady time of two servers', () => {
  const open = async (ms: number, hasPeers: boolean) => {
    const storage = await openAt(place);
    opened.push(storage);
    const clock = new ManualClock(ms);
    const onError = (error: unknown): never => {
      throw error;
    };
    return { clock, time: await SteadyTime.open({ storage, clock, hasPeers, onError }) };
  };

  it('is that of the first one, and follows the faster one', async () => {
    const day = 86_400_000;
    const first = await open(10 * day, false);
    const second = await open(20 * day, true);
    const differ = (): number => second.time.now() - first.time.now();
    expect(Math.abs(differ())).toBeLessThan(5_000);
    first.clock.advance(60_000);
    await first.time.stop();
    second.clock.advance(30_000);
    await expect.poll(() => Math.abs(differ())).toBeLessThan(5_000);
    await second.time.stop();
  });
});
