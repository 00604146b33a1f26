import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { Queue } from '../../queue/index.ts';
import type { AtomicStatement, Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { FactStore } from './fact-store.ts';
import { Facts } from './facts.ts';
import { FanOut, type FanOutLease } from './fan-out.ts';
import { listenTo } from './testing.ts';
import type { Delivery, Fact, Subscriber } from './types.ts';

const log = pino({ level: 'silent' });
const SOURCE = 'bucket p1 photos';
const quota = { entries: 1000, bytes: 1024 ** 2 };

let storage: Storage;
let queue: Queue;
let clock: ManualClock;
let made: number;
/** Ids of the subscriptions of `SOURCE`. */
let listeners: string[];
let running: FanOut[];

beforeEach(async () => {
  [made, listeners, running] = [0, ['t1'], []];
  storage = await openTestStorage();
  clock = new ManualClock();
  queue = await open();
  await listenTo(storage, SOURCE);
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await storage.close();
});

const open = (maxOfOwner = { messages: 100_000, bytes: 1024 ** 3 }) =>
  Queue.open({ storage, now: () => clock.now(), maxOfOwner });
const fact = (more: Partial<Fact> = {}): Fact => {
  made += 1;
  return { id: `fact-${made}`, projectId: 'p1', source: SOURCE, at: made, depth: 0, body: { n: made }, ...more };
};
const toQueue: Subscriber = {
  isListening: (source) => source === SOURCE,
  *deliveries({ id, projectId, body }) {
    for (const listener of listeners) {
      const payload = Buffer.from(JSON.stringify(body));
      yield { message: { id: `${id}/${listener}`, topic: 'events', group: `${projectId}:${listener}`, payload } };
    }
  },
};
const factsOf = (limit = quota) =>
  new Facts({
    store: new FactStore(storage),
    subscribers: [toQueue],
    quota: limit,
    clock,
    wake: () => {
      for (const one of running) one.wake();
    },
    onError: (error) => {
      throw error;
    },
  });
function fanOut(more: { subscribers?: Subscriber[]; lease?: FanOutLease; queue?: Pick<Queue, 'atomically'> } = {}) {
  const { subscribers = [toQueue], lease } = more;
  const one = new FanOut({
    store: new FactStore(storage),
    queue: more.queue ?? queue,
    subscribers,
    caughtUp: () => Promise.resolve(),
    clock,
    log,
  });
  running.push(one);
  one.start(lease);
  return one;
}
const note = async (facts: Facts, ...noted: Fact[]) => {
  await storage.atomic(noted.map((one) => facts.note(one)));
  facts.published();
};
const left = async () => (await storage.db.selectFrom('fact').select('id').orderBy('id').execute()).map(({ id }) => id);
async function events(): Promise<string[]> {
  const rows = await storage.db.selectFrom('message').select('id').orderBy('position').execute();
  return rows.map(({ id }) => id);
}
const drained = () => expect.poll(left, { timeout: 120_000 }).toEqual([]);

describe('facts', () => {
  it('become one event for each subscription, in their order', async () => {
    listeners = ['t1', 't2'];
    fanOut();
    await note(factsOf(), fact(), fact());
    await drained();
    expect(await events()).toEqual(['fact-1/t1', 'fact-1/t2', 'fact-2/t1', 'fact-2/t2']);
  });

  it('are stored with the change or not at all', async () => {
    fanOut();
    const facts = factsOf();
    const missing = storage.db.deleteFrom('flow').where('id', '=', 'none').compile();
    const change: AtomicStatement = { query: missing, mustAffect: true };
    await expect(storage.atomic([facts.note(fact()), change])).rejects.toThrow();
    await note(facts, fact());
    await drained();
    expect(await events()).toEqual(['fact-2/t1']);
  });

  it('of a source without triggers are not stored', async () => {
    await note(factsOf({ entries: 0, bytes: 0 }), fact({ source: 'bucket p1 other' }));
    expect(await left()).toEqual([]);
  });

  it('are found without a call, such as those of a server that was killed', async () => {
    fanOut();
    await storage.atomic([new FactStore(storage).add(fact(), '{}')]);
    const passing = () => {
      clock.advance(1000);
      return left();
    };
    await expect.poll(passing, { timeout: 120_000 }).toEqual([]);
    expect(await events()).toEqual(['fact-1/t1']);
  });

  it('are refused before the change when too many of the project wait, until some are delivered', async () => {
    const facts = factsOf({ entries: 3, bytes: 1000 });
    await note(facts, fact(), fact(), fact());
    expect(() => facts.note(fact())).toThrow(expect.objectContaining({ code: 'backlog_full' }));
    fanOut();
    await drained();
    await expect
      .poll(() => {
        clock.advance(1000);
        return Boolean(facts.note(fact()));
      })
      .toBe(true);
  });

  it('are refused when they have too many bytes together, and never when one is too large to be an event', async () => {
    const facts = factsOf({ entries: 10, bytes: 30 });
    facts.note(fact({ body: { text: 'x'.repeat(10) } }));
    const second = fact({ body: { text: 'x'.repeat(10) } });
    expect(() => facts.note(second)).toThrow(expect.objectContaining({ code: 'backlog_full' }));
    expect(() => factsOf().note(fact({ body: { text: 'x'.repeat(256 * 1024) } }))).toThrow('bytes');
  });

  it('wait while their project has no room for events; other projects go on, and each event is stored once', async () => {
    listeners = Array.from({ length: 7 }, (_, n) => `t${n}`);
    queue = await open({ messages: 5, bytes: 1024 ** 2 });
    fanOut();
    await note(factsOf(), fact(), fact({ projectId: 'p2', id: 'other' }));
    await expect.poll(async () => (await events()).length, { timeout: 120_000 }).toBe(10);
    expect((await left()).length).toBe(2);
    for (let turn = 0; turn < 30 && (await left()).length > 0; turn += 1) {
      const leased = await queue.lease({ topic: 'events', limit: 10, leaseMs: 1000 });
      await queue.ackAll(leased.map(({ receipt }) => ({ receipt, outcome: {} })));
      clock.advance(1000);
      await new Promise(setImmediate);
    }
    await drained();
    expect(new Set(await events()).size).toBe(14);
    expect(await events()).toHaveLength(14);
  });

  it('have the same events when a step was stored before a crash', async () => {
    listeners = Array.from({ length: 500 }, (_, n) => `t${n}`);
    let steps = 0;
    const dying = {
      atomically: (step: Parameters<Queue['atomically']>[0]) => {
        steps += 1;
        return steps === 2 ? Promise.reject(new Error('killed')) : queue.atomically(step);
      },
    };
    const first = fanOut({ queue: dying });
    await note(factsOf(), fact());
    await expect.poll(async () => (await events()).length, { timeout: 120_000 }).toBe(200);
    await first.stop();
    fanOut();
    await drained();
    expect(await events()).toHaveLength(500);
  });

  it('are left to the server that has the lease', async () => {
    const none = storage.db.selectFrom('lease').select('name').where('name', '=', 'none').compile();
    let refused = 0;
    fanOut({ lease: { guard: { query: none, mustAffect: true }, onRefused: () => (refused += 1) } });
    await note(factsOf(), fact());
    await expect.poll(() => refused, { timeout: 120_000 }).toBeGreaterThan(0);
    expect(await events()).toEqual([]);
    expect(await left()).toEqual(['fact-1']);
  });

  it('start what stores itself once, also when a later event finds no room', async () => {
    const started: string[] = [];
    const starting: Subscriber = {
      isListening: () => true,
      *deliveries({ id }): Iterable<Delivery> {
        yield { id: `run/${id}`, store: async () => void started.push(id) };
      },
    };
    queue = await open({ messages: 0, bytes: 0 });
    const full = fanOut({ subscribers: [starting, toQueue] });
    await note(factsOf(), fact());
    for (let turn = 0; turn < 3; turn += 1) {
      clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => started).toEqual(['fact-1']);
    await full.stop();
  });

  it('drain a burst of 10,000 in batches', async () => {
    const facts = factsOf({ entries: 100_000, bytes: 1024 ** 3 });
    for (let n = 0; n < 10; n += 1) await note(facts, ...Array.from({ length: 1000 }, () => fact()));
    fanOut();
    await drained();
    expect(queue.unfinished('events')).toBe(10_000);
  });
});
