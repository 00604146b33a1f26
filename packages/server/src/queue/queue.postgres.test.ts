import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { newPlace, openTestStorage } from '../storage/testing.ts';
import { openAt } from '../storage/testing-place.ts';
import { queueConformance } from './conformance.ts';
import { Queue } from './index.ts';
import { takingConformance } from './taking-conformance.ts';

queueConformance('in PostgreSQL', () => openTestStorage());
takingConformance('in PostgreSQL', () => openTestStorage());

describe('the queue in PostgreSQL', () => {
  it('passes over messages that another session has its hands on', async () => {
    const place = await newPlace('');
    const storage = await openAt(place);
    const queue = await Queue.open({ storage, now: () => 5 });
    for (const id of ['a', 'b', 'c']) await queue.enqueue({ id, topic: 't', group: 'g', payload: Buffer.from(id) });
    const other = new Client({ connectionString: place });
    await other.connect();
    await other.query(`begin; select id from message where id = 'a' for update`);
    const lease = async () => (await queue.lease({ topic: 't', limit: 2, leaseMs: 10 })).map(({ id }) => id);
    expect(await lease()).toEqual(['b', 'c']);
    await other.query('rollback');
    expect(await lease()).toEqual(['a']);
    await other.end();
    await storage.close();
  });

  it('stores and finishes the messages of many callers in few commits', async () => {
    const place = await newPlace('');
    const storage = await openAt(place);
    const queue = await Queue.open({ storage, now: () => 5 });
    const other = new Client({ connectionString: place });
    await other.connect();
    const commits = async () => {
      const { rows } = await other.query('select count(*)::int as n from (select distinct xmin from message) as each');
      return (rows[0] as { n: number }).n;
    };
    const all = Array.from({ length: 500 }, (_, n) => String(n));
    await Promise.all(all.map((id) => queue.enqueue({ id, topic: 't', group: 'g', payload: Buffer.from(id) })));
    expect(await commits()).toBeLessThan(10);
    const leased = await queue.lease({ topic: 't', limit: 500, leaseMs: 10 });
    await queue.ackAll(leased.map(({ receipt }) => ({ receipt, outcome: {} })));
    expect(await queue.counts('t')).toMatchObject({ done: 500 });
    expect(await commits()).toBeLessThan(10);
    await other.end();
    await storage.close();
  });

  it('writes nothing when it looks for messages of other servers', async () => {
    const place = await newPlace('');
    const storage = await openAt(place);
    const queue = await Queue.open({ storage, now: () => 5 });
    const other = new Client({ connectionString: place });
    await other.connect();
    const written = async () => (await other.query('select boot, marker from funcgraph_marker')).rows;
    await queue.enqueue({ id: 'a', topic: 't', group: 'g', payload: Buffer.from('a') });
    const before = await written();
    expect(before.length).toBeGreaterThan(0);
    expect(await queue.readyGroups('t')).toEqual([{ group: 'g', dueAt: 5 }]);
    expect(await written()).toEqual(before);
    await other.end();
    await storage.close();
  });

  it('finishes a lease once when several calls of the same moment end it differently', async () => {
    const storage = await openTestStorage();
    const queue = await Queue.open({ storage, now: () => 5 });
    await queue.enqueue({ id: 'a', topic: 't', group: 'g', payload: Buffer.from('a') });
    const [leased] = await queue.lease({ topic: 't', limit: 1, leaseMs: 10 });
    const { receipt = '' } = leased ?? {};
    const calls = [queue.kill(receipt, { n: 1 }), queue.ack(receipt, { n: 2 }), queue.stop(`x${receipt.slice(1)}`, {})];
    expect(await Promise.all(calls)).toEqual([true, false, false]);
    expect(await queue.get('a')).toMatchObject({ state: 'dead', outcome: { n: 1 } });
    await storage.close();
  });

  it.each(['nul \0', 'half a pair \ud800', 'private use \uf8f0', 'a "quote" and a \\u0000'])(
    'keeps a message of a group with the name %j, beside others',
    async (group) => {
      const storage = await openTestStorage();
      const queue = await Queue.open({ storage, now: () => 5 });
      const names = [group, 'plain'];
      const attributes = { text: group };
      await Promise.all(
        names.map((name) =>
          queue.enqueue({ id: name, topic: 't', group: name, payload: Buffer.from('a'), attributes }),
        ),
      );
      for (const name of names) {
        const [leased] = await queue.lease({ topic: 't', limit: 5, leaseMs: 10, group: name });
        expect(leased).toMatchObject({ group: Buffer.from(name).toString(), attributes });
        expect(await queue.ack(leased?.receipt ?? '', attributes)).toBe(true);
        expect((await queue.get(name))?.outcome).toEqual(attributes);
      }
      await storage.close();
    },
  );

  it('leases every message to one worker, and to each at most its limit, during other writes', async () => {
    const storage = await openTestStorage();
    const queue = await Queue.open({ storage, now: () => 5 });
    const total = 3000;
    const taken: string[] = [];
    let stored = 0;
    const produce = async (producer: number): Promise<void> => {
      for (let n = 0; n < total / 4; n += 1) {
        await queue.enqueue({ id: `${producer}-${n}`, topic: 't', group: `g${n % 5}`, payload: Buffer.from('x') });
        stored += 1;
      }
    };
    const consume = async (limit: number): Promise<void> => {
      while (taken.length < total) {
        const leased = await queue.lease({ topic: 't', limit, leaseMs: 1000 });
        expect(leased.length).toBeLessThanOrEqual(limit);
        taken.push(...leased.map(({ id }) => id));
        const acked = await queue.ackAll(leased.map(({ receipt }) => ({ receipt, outcome: {} })));
        expect(acked.every(Boolean)).toBe(true);
      }
    };
    await Promise.all([produce(0), produce(1), produce(2), produce(3), consume(1), consume(7), consume(50)]);
    expect(stored).toBe(total);
    expect(new Set(taken).size).toBe(total);
    expect(taken).toHaveLength(total);
    expect(await queue.counts('t')).toEqual({ ready: 0, leased: 0, done: total, dead: 0, cancelled: 0 });
    await storage.close();
  });
});
