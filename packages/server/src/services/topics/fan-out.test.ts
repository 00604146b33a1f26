import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { Queue } from '../../queue/index.ts';
import type { Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { TopicFanOut } from './fan-out.ts';
import { MessageStore } from './message-store.ts';
import { SubscriptionStore } from './subscription-store.ts';
import { Targets } from './targets.ts';
import { OUTER_TOPIC } from './topic-messages.ts';
import { TopicStore } from './topic-store.ts';
import { TriggerTargetStore } from './trigger-target-store.ts';
import type { PublishedMessage } from './types.ts';

const MANY = { ofTopic: 10_000, ofProject: 10_000 };
const ALONE = { others: [], yields: false, onChange: () => () => {} };
const TOPIC = { id: 'a'.repeat(32), projectId: 'p1', name: 'orders' };

let storage: Storage;
let store: MessageStore;
let subscriptions: SubscriptionStore;
let clock: ManualClock;

beforeEach(async () => {
  storage = await openTestStorage();
  clock = new ManualClock();
  store = new MessageStore(storage.db);
  subscriptions = new SubscriptionStore(storage.db);
  const times = { createdAt: 1, modifiedAt: 1 };
  await new TopicStore(storage.db).insert({ ...TOPIC, displayName: '', enterpriseProjectId: '0', ...times }, 10);
});
afterEach(() => storage.close());

const idOf = (n: number): string => n.toString(16).padStart(32, '0');

async function subscribe(count: number, confirmed = true): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const endpoint = `http://example.com/${n}`;
    const more = { remark: '', confirmed, filter: [], createdAt: n, requestedAt: n, protocol: 'http' } as const;
    const names = { id: idOf(n), topicId: TOPIC.id, topicName: TOPIC.name, projectId: 'p1', endpoint };
    await subscriptions.insert({ ...names, ...more }, MANY);
  }
}

async function publish(id: string): Promise<void> {
  const content = { subject: '', message: 'x'.repeat(1000), structure: {}, attributes: [] };
  const times = { publishedAt: 1, expiresAt: 2, depth: 0 };
  const message: PublishedMessage = { id, topicId: TOPIC.id, projectId: 'p1', content, ...times };
  await storage.atomic([store.add(message, JSON.stringify(content))]);
}

const openQueue = (maxOfOwner = { messages: 100_000, bytes: 10_000_000 }) =>
  Queue.open({ storage, now: () => clock.now(), maxOfOwner });

function fanOutTo(queue: Pick<Queue, 'atomically'>): TopicFanOut {
  const targets = new Targets(subscriptions, new TriggerTargetStore(storage.db), 'local-1');
  return new TopicFanOut({ store, targets, queue, peers: ALONE, clock, log: pino({ level: 'silent' }) });
}

it('gives each confirmed subscription one small delivery, and the message stays until the last has ended', async () => {
  await subscribe(1_000);
  await publish('m1');
  const queue = await openQueue();
  const fanOut = fanOutTo(queue);
  fanOut.start();
  await fanOut.stop();
  fanOut.start();
  await expect.poll(async () => (await store.waiting(1, [])).length).toBe(0);
  await fanOut.stop();
  expect((await queue.counts(OUTER_TOPIC)).ready).toBe(1_000);
  expect(queue.usage('p1').bytes).toBeLessThan(1_000 * 400);
  const leased = await queue.lease({ topic: OUTER_TOPIC, limit: 1_000, leaseMs: 1_000 });
  for (const { receipt } of leased.slice(1)) {
    await queue.atomically({ acks: [{ receipt, outcome: {} }], statements: store.ended('m1') });
  }
  expect(await store.find('m1')).toMatchObject({ id: 'm1' });
  const { receipt = '' } = leased[0] ?? {};
  await queue.atomically({ acks: [{ receipt, outcome: {} }], statements: store.ended('m1') });
  expect(await store.find('m1')).toBeUndefined();
});

it('makes no delivery twice, also when two servers do the same step', async () => {
  await subscribe(600);
  for (let n = 0; n < 5; n += 1) await publish(`m${n}`);
  const queue = await openQueue();
  const both = [fanOutTo(queue), fanOutTo(queue)];
  for (const one of both) one.start();
  await expect.poll(async () => (await store.waiting(1, [])).length).toBe(0);
  for (const one of both) await one.stop();
  expect((await queue.counts(OUTER_TOPIC)).ready).toBe(3_000);
  const rows = await storage.db.selectFrom('topic_message').select(['id', 'open']).orderBy('id').execute();
  expect(rows.map(({ open }) => open)).toEqual([600, 600, 600, 600, 600]);
});

it('goes on in small steps while the project has little room, and later for the rest', async () => {
  await subscribe(20);
  await publish('m1');
  const queue = await openQueue({ messages: 7, bytes: 1_000_000 });
  const fanOut = fanOutTo(queue);
  fanOut.start();
  let delivered = 0;
  await expect
    .poll(
      async () => {
        clock.advance(1_000);
        for (const { receipt } of await queue.lease({ topic: OUTER_TOPIC, limit: 100, leaseMs: 1_000 })) {
          await queue.atomically({ acks: [{ receipt, outcome: {} }], statements: store.ended('m1') });
          delivered += 1;
        }
        return delivered;
      },
      { timeout: 15_000, interval: 5 },
    )
    .toBe(20);
  await expect.poll(() => store.find('m1')).toBeUndefined();
  await fanOut.stop();
});

it('removes a message that no subscription gets', async () => {
  await subscribe(3, false);
  await publish('m1');
  const fanOut = fanOutTo(await openQueue());
  fanOut.start();
  await expect.poll(() => store.find('m1')).toBeUndefined();
  await fanOut.stop();
});
