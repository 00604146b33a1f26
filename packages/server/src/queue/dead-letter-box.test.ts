import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStorage, type Storage } from '../storage/index.ts';
import { DeadLetterBox, Queue } from './index.ts';

let storage: Storage;
let queue: Queue;
let box: DeadLetterBox;
const now = 1_750_000_000_000;

beforeEach(async () => {
  storage = await openStorage({ file: ':memory:' });
  queue = await Queue.open({ storage, now: () => now, maxBacklog: 40 });
  box = new DeadLetterBox({ storage, queue, topics: ['calls', 'results'], now: () => now });
});
afterEach(() => storage.close());

const fresh = (id: string, group = 'p:f', topic = 'calls') => ({ id, topic, group, payload: Buffer.from(id) });

async function bury(id: string, group = 'p:f', topic = 'calls'): Promise<void> {
  await queue.enqueue(fresh(id, group, topic));
  const [leased] = await queue.lease({ topic, limit: 1, leaseMs: 1000 });
  await queue.kill(leased?.receipt ?? '', { code: 1 });
}

const openIds = async (more: { group?: string; groupPrefix?: string; marker?: string; limit?: number } = {}) =>
  (await box.list({ limit: 100, ...more })).letters.map(({ id }) => id);

it('lists what was given up, newest first, by group, prefix and page, and nothing else', async () => {
  await bury('a');
  await bury('b', 'p:g', 'results');
  await bury('c', 'pp:f');
  await bury('d', 'p:f', 'flows');
  await queue.enqueue(fresh('waits'));
  expect(await openIds()).toEqual(['c', 'b', 'a']);
  expect(await openIds({ group: 'p:f' })).toEqual(['a']);
  expect(await openIds({ groupPrefix: 'p:' })).toEqual(['b', 'a']);
  const first = await box.list({ limit: 2 });
  expect(await openIds({ marker: first.nextMarker ?? '' })).toEqual(['a']);
  expect(await box.count()).toBe(3);
  expect(await box.get('d')).toBeUndefined();
  expect(await box.get('waits')).toBeUndefined();
});

it('puts one message in the place of a letter, however many ask for it at once', async () => {
  await bury('a');
  const asked = ['b', 'c', 'd'].map((id) => box.replace('a', fresh(id)));
  expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
  const letter = await box.get('a');
  expect(letter).toMatchObject({ settledAt: now, payload: null, outcome: { code: 1 } });
  expect((await queue.counts('calls')).ready).toBe(1);
  expect((await queue.get(letter?.redrivenAs ?? ''))?.state).toBe('ready');
  expect(await openIds()).toEqual([]);
  expect(await box.replace('unknown', fresh('e'))).toBe(false);
  expect(await queue.get('e')).toBeUndefined();
});

it('keeps the letter when the queue has no room for its successor', async () => {
  await bury('a');
  for (let n = 0; n < 40; n += 1) await queue.enqueue(fresh(`m${n}`));
  await expect(box.replace('a', fresh('b'))).rejects.toMatchObject({ code: 'queue.full' });
  expect(await box.get('a')).toMatchObject({ settledAt: null, redrivenAs: null, payload: expect.anything() });
});

it('drops a letter once, and what was dropped cannot be sent again', async () => {
  await bury('a');
  expect([await box.drop('a'), await box.drop('a')]).toEqual([true, false]);
  expect(await box.replace('a', fresh('b'))).toBe(false);
  expect(await box.get('a')).toMatchObject({ redrivenAs: null, payload: null });
});

it('trims each group to its newest', async () => {
  for (let n = 0; n < 7; n += 1) {
    await bury(`f${n}`);
    if (n < 3) await bury(`g${n}`, 'p:g', 'results');
  }
  expect(await box.trim(3)).toEqual([{ group: 'p:f', dropped: 4 }]);
  expect(await openIds({ group: 'p:f' })).toEqual(['f6', 'f5', 'f4']);
  expect(await openIds({ group: 'p:g' })).toEqual(['g2', 'g1', 'g0']);
  expect(await box.trim(3)).toEqual([]);
});

it('trims the owner that has too many or too large letters, the oldest of its largest group first', async () => {
  for (let n = 0; n < 8; n += 1) await bury(`a${n}`, 'p:f');
  for (const id of ['b0', 'b1']) await bury(id, 'p:g', 'results');
  await bury('c0', 'q:f');
  expect(await box.usage('p')).toEqual({ messages: 10, bytes: 40 });
  expect(await box.trimOwners({ messages: 10, bytes: 1_000 })).toEqual([]);
  expect(await box.trimOwners({ messages: 8, bytes: 1_000 })).toEqual([{ group: 'p:f', dropped: 2 }]);
  expect(await openIds({ groupPrefix: 'p:' })).toEqual(['b1', 'b0', 'a7', 'a6', 'a5', 'a4', 'a3', 'a2']);
  expect(await box.trimOwners({ messages: 8, bytes: 20 })).toEqual([{ group: 'p:f', dropped: 3 }]);
  expect(await openIds({ group: 'q:f' })).toEqual(['c0']);
});
