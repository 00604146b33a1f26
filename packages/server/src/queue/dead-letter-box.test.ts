import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Storage } from '../storage/index.ts';
import { openInMemory } from '../storage/testing.ts';
import { DeadLetterBox, type LeasedMessage, Queue, type Trimmed } from './index.ts';

let storage: Storage;
let queue: Queue;
let box: DeadLetterBox;
const now = 1_750_000_000_000;

beforeEach(async () => {
  storage = await openInMemory();
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

it('lists open dead letters only, newest first, by group, prefix and page', async () => {
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

it('replaces a letter by one message, for any number of concurrent requests', async () => {
  await bury('a');
  const requested = ['b', 'c', 'd'].map((id) => box.replace('a', fresh(id)));
  expect((await Promise.all(requested)).filter(Boolean)).toHaveLength(1);
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

it('removes a letter once, and a removed one cannot be redriven', async () => {
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

const bounded = (messages: number, bytes: number): { trimmed: Trimmed[]; box: DeadLetterBox } => {
  const trimmed: Trimmed[] = [];
  const options = { storage, queue, topics: ['calls', 'results'], now: () => now };
  const onTrimmed = (one: Trimmed): unknown => trimmed.push(one);
  return { trimmed, box: new DeadLetterBox({ ...options, mostOfOwner: { messages, bytes }, onTrimmed }) };
};

it('trims the owner that has too many or too large letters, the oldest of its largest group first', async () => {
  for (let n = 0; n < 8; n += 1) await bury(`a${n}`, 'p:f');
  for (const id of ['b0', 'b1']) await bury(id, 'p:g', 'results');
  await bury('c0', 'q:f');
  expect(await box.usage('p')).toEqual({ messages: 10, bytes: 40 });
  const trim = async (messages: number, bytes: number): Promise<readonly Trimmed[]> => {
    const { box: smaller, trimmed } = bounded(messages, bytes);
    await smaller.trimOwners();
    return trimmed;
  };
  expect(await trim(10, 1_000)).toEqual([]);
  expect(await trim(8, 1_000)).toEqual([{ group: 'p:f', dropped: 2 }]);
  expect(await openIds({ groupPrefix: 'p:' })).toEqual(['b1', 'b0', 'a7', 'a6', 'a5', 'a4', 'a3', 'a2']);
  expect(await trim(8, 20)).toEqual([{ group: 'p:f', dropped: 3 }]);
  expect(await openIds({ group: 'q:f' })).toEqual(['c0']);
});

/** Messages of 100 bytes and the two of their attributes, leased. */
async function leased(ids: readonly string[], group: string): Promise<LeasedMessage[]> {
  for (const id of ids) await queue.enqueue({ id, topic: 'calls', group, payload: Buffer.alloc(100) });
  return queue.lease({ topic: 'calls', group, limit: ids.length, leaseMs: 1000 });
}

const step = { outcome: { code: 1 }, messages: [] };

it.each([
  ['letters', 10, 1_000_000],
  ['bytes', 1_000, 1_020],
])('never has more %s of an owner than it may, however many are written at once', async (_, messages, bytes) => {
  const { box: small, trimmed } = bounded(messages, bytes);
  const other = await leased(['other'], 'q:f');
  await small.add(other[0] as LeasedMessage, step);
  let most = 0;
  for (let round = 0; round < 4; round += 1) {
    const flood = await leased(
      Array.from({ length: 8 }, (_one, at) => `m${round}-${at}`),
      'p:f',
    );
    expect(flood.map((one) => one.bytes)).toEqual(new Array(8).fill(102));
    const seen = flood.map(async (message) => {
      expect(await small.add(message, step)).toBe(true);
      const used = await small.usage('p');
      most = Math.max(most, used.messages);
      expect(used.bytes).toBe(used.messages * 102);
    });
    await Promise.all(seen);
  }
  expect(most).toBeLessThanOrEqual(10);
  expect(await openIds({ groupPrefix: 'p:' })).toContain('m3-7');
  expect(await openIds({ groupPrefix: 'q:' })).toEqual(['other']);
  expect(trimmed.every(({ group }) => group === 'p:f')).toBe(true);
});

it('counts no letter whose lease has ended, and reuses the room of redriven ones', async () => {
  const { box: small, trimmed } = bounded(4, 1_000_000);
  const [first, ...others] = await leased(['a', 'b', 'c', 'd', 'e'], 'p:f');
  for (let n = 0; n < 6; n += 1)
    expect(await small.add({ ...(first as LeasedMessage), receipt: 'gone' }, step)).toBe(false);
  for (const message of others) await small.add(message, step);
  expect(trimmed).toEqual([]);
  expect(await small.drop('b')).toBe(true);
  await small.add(first as LeasedMessage, step);
  expect(trimmed).toEqual([]);
  expect(await openIds()).toEqual(['e', 'd', 'c', 'a']);
});

it('stores a letter that was never a message with other rows, or nothing', async () => {
  const letter = { ...fresh('a'), outcome: { code: 500 }, attempts: 2 };
  const gone = storage.db.deleteFrom('message').where('id', '=', 'unknown').compile();
  expect(await box.bury(letter, { statements: [{ query: gone, mustAffect: true }] })).toBe(false);
  expect(await openIds()).toEqual([]);
  expect(await box.bury(letter, { messages: [fresh('result', 'p:f', 'results')] })).toBe(true);
  expect(await box.get('a')).toMatchObject({ attempts: 2, outcome: { code: 500 }, finishedAt: now });
  expect((await queue.get('result'))?.state).toBe('ready');
  expect(queue.unfinished('calls')).toBe(0);
  expect(await box.replace('a', fresh('again'))).toBe(true);
});

it('removes the oldest letters of an owner for those that were never messages', async () => {
  const mostOfOwner = { messages: 2, bytes: 1_000 };
  box = new DeadLetterBox({ storage, queue, topics: ['calls'], now: () => now, mostOfOwner });
  for (const id of ['a', 'b', 'c']) await box.bury({ ...fresh(id), outcome: {}, attempts: 1 }, {});
  const ids = await openIds();
  expect(ids[0]).toBe('c');
  expect(ids).not.toContain('a');
});
