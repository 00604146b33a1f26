import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Storage } from '../storage/index.ts';
import { openInMemory } from '../storage/testing.ts';
import { DeadLetterBox, Queue } from './index.ts';

let storage: Storage;
let queue: Queue;
let now = 1_000;
/** How SQLite read the table, one entry per access. */
let plans: string[] = [];

beforeEach(async () => {
  storage = await openInMemory();
  const { prepare } = Database.prototype;
  vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, sql: string) {
    const statement = prepare.call(this, sql) as Database.Statement<unknown[]>;
    const explain = prepare.call(this, `explain query plan ${sql}`) as Database.Statement<unknown[]>;
    const noted = (parameters: unknown[]): void => {
      const rows = explain.all(...parameters) as { detail: string }[];
      plans.push(...rows.map(({ detail }) => detail).filter((detail) => / message( |$)/.test(detail)));
    };
    const { reader, readonly } = statement;
    const all = (...parameters: unknown[]) => [noted(parameters), statement.all(...parameters)][1];
    const run = (...parameters: unknown[]) => [noted(parameters), statement.run(...parameters)][1];
    return { reader, readonly, all, run } as unknown as Database.Statement;
  });
  queue = await Queue.open({ storage, now: () => now });
  plans = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await storage.close();
});

const indexes = (): string[] => [...new Set(plans.map((plan) => /INDEX (\S+)/.exec(plan)?.[1] ?? plan))].sort();
const message = (id: string) => ({ id, topic: 't', group: 'p:f', payload: Buffer.from(id), expiresAt: now + 50 });

it('works off the backlog through indexes that hold no finished messages', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await queue.enqueue(message(id));
  const leased = await queue.lease({ topic: 't', group: 'p:f', limit: 3, leaseMs: 10 });
  await queue.ack(leased[0]?.receipt ?? '', {});
  await queue.kill(leased[1]?.receipt ?? '', {});
  await queue.nextDue('t', 'p:f');
  await queue.readyGroups('t');
  await Queue.open({ storage, now: () => now });
  now += 100;
  await queue.reap();
  await queue.nextReap('t');
  expect(indexes()).toEqual(['message_expiring', 'message_leased', 'message_ready', 'sqlite_autoindex_message_1']);
});

it('finds expired messages without reading those that wait', async () => {
  await queue.enqueue(message('a'));
  now += 100;
  expect(await queue.leaseExpired({ topic: 't', limit: 10, leaseMs: 10 })).toHaveLength(1);
  expect(indexes()).toEqual(['message_expiring', 'sqlite_autoindex_message_1']);
});

it('lists, counts and trims dead letters without reading other messages', async () => {
  const box = new DeadLetterBox({
    storage,
    queue,
    topics: ['t', 'u'],
    now: () => now,
    mostOfOwner: { messages: 1, bytes: 1 },
  });
  await box.list({ limit: 10 });
  await box.list({ limit: 10, group: 'p:f' });
  await box.list({ limit: 10, groupPrefix: 'p:' });
  await box.count();
  await box.usage('p');
  await box.trim(1);
  await box.trimOwners();
  expect(indexes()).toEqual(['message_dead']);
});
