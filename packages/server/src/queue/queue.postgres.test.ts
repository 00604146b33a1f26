import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { newPlace, openTestStorage } from '../storage/testing.ts';
import { openAt } from '../storage/testing-place.ts';
import { queueConformance } from './conformance.ts';
import { Queue } from './index.ts';

queueConformance('in PostgreSQL', () => openTestStorage());

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
