import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../storage/index.ts';
import { newPlace } from '../../storage/testing.ts';
import { openAt } from '../../storage/testing-place.ts';
import { BudgetStore } from './budget-store.ts';
import { MemoryBudgets, randomOf } from './testing.ts';
import type { BudgetAsk, BudgetRequest } from './types.ts';

const STEPS = 120;
const KEYS = ['calls/a', 'calls/b', 'instances/a'];

let place: string;
let storage: Storage;
let table: BudgetStore;

beforeAll(async () => {
  place = await newPlace('');
  storage = await openAt(place);
  if (storage.signals === undefined) throw new Error('no signals');
  table = new BudgetStore(storage.signals);
});

beforeEach(async () => {
  await storage.signals?.ask('delete from budget_lease', []);
});

afterAll(() => storage.close());

const expire = (lease: number) =>
  storage.signals?.ask('update budget_lease set expires_at = 0 where id = $1::bigint', [lease]);
const ask = (want: number, more: Partial<BudgetAsk> = {}): BudgetAsk => ({
  ...{ key: 'calls/a', most: 20, used: 0, want, missing: 0 },
  ...more,
});

/** A lease and its messages. */
async function server(home: string) {
  const lease = await table.join(home);
  let number = 0;
  const exchange = (asks: readonly BudgetAsk[], more: Partial<BudgetRequest> = {}) => {
    number += 1;
    return table.exchange({ lease, number, sharing: false, asks, ...more });
  };
  return { lease, exchange };
}

describe('the shares of limits', () => {
  it('are all of the only server, which begins to share with what it uses', async () => {
    const a = await server('a');
    expect(await a.exchange([])).toEqual({ alone: true, others: 0 });
    const b = await server('b');
    expect(await b.exchange([ask(5)])).toMatchObject({ alone: false, others: 1, held: { 'calls/a': [0, 0] } });
    expect(await a.exchange([])).toEqual({ alone: true, others: 1 });
    const shared = await a.exchange([ask(7, { used: 7 })], { sharing: true });
    expect(shared).toMatchObject({ alone: false, held: { 'calls/a': [7, 0] } });
    expect(await b.exchange([ask(5)])).toMatchObject({ held: { 'calls/a': [7, 0] } });
    await table.leave(a.lease);
    expect(await b.exchange([])).toEqual({ alone: true, others: 0 });
  });

  it('come back when the lease of a killed server ends, and a message that it sent before changes nothing', async () => {
    const [a, b] = [await server('a'), await server('b')];
    await a.exchange([], { sharing: true });
    expect(await a.exchange([ask(20)])).toMatchObject({ held: { 'calls/a': [10, 0] } });
    await expire(a.lease);
    expect(await b.exchange([ask(20)])).toEqual({ alone: true, others: 0 });
    expect(await a.exchange([ask(20)])).toBeUndefined();
  });

  it('of a process that was killed end with the next process, whatever arrives late', async () => {
    const late = await table.join('a');
    const [next, other] = [await server('a'), await server('b')];
    await table.replace('a', next.lease);
    await table.replace('a', late);
    expect(await table.exchange({ lease: late, number: 1, sharing: false, asks: [ask(5)] })).toBeUndefined();
    expect(await next.exchange([])).toMatchObject({ others: 1 });
    expect(await other.exchange([])).toMatchObject({ others: 1 });
  });

  it('are not changed by a message that comes after a later one', async () => {
    const [a] = [await server('a'), await server('b')];
    await a.exchange([], { sharing: true });
    expect(await a.exchange([ask(10)], { number: 9 })).toMatchObject({ held: { 'calls/a': [10, 0] } });
    expect(await a.exchange([ask(0)], { number: 8 })).toBeUndefined();
    expect(await a.exchange([ask(10)], { number: 10 })).toMatchObject({ held: { 'calls/a': [10, 0] } });
  });

  it('follow the rules that the model has in memory', async () => {
    const random = randomOf(61);
    const upTo = (most: number): number => Math.floor(random() * (most + 1));
    const memory = new MemoryBudgets(() => 0);
    const servers: { lease: number; inMemory: number; number: number }[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      const one = servers[upTo(servers.length - 1)];
      if (one === undefined || (servers.length < 4 && random() < 0.05)) {
        const home = `home-${step}`;
        servers.push({ lease: await table.join(home), inMemory: await memory.join(home), number: 0 });
      } else if (random() < 0.03) {
        servers.splice(servers.indexOf(one), 1);
        await table.leave(one.lease);
        await memory.leave(one.inMemory);
      } else {
        one.number += 1;
        const asks = KEYS.filter(() => random() < 0.6).map((key) => {
          const [used, want] = [upTo(3), upTo(25)];
          return { key, most: 20, used, want, missing: upTo(2) };
        });
        const request = { number: one.number, sharing: random() < 0.7, asks };
        const stored = await table.exchange({ ...request, lease: one.lease });
        expect(stored, `step ${step}`).toEqual(await memory.exchange({ ...request, lease: one.inMemory }));
      }
    }
  });

  it('never exceed a limit when many servers take and give back at the same moment', async () => {
    const random = randomOf(62);
    const first = await server('first');
    await server('second');
    await first.exchange([], { sharing: true });
    const stores: Storage[] = [];
    // one after another: on a busy machine, a connection may take seconds
    while (stores.length < 3) stores.push(await openAt(place));
    const servers = await Promise.all(
      stores.map(async ({ signals }, at) => {
        if (signals === undefined) throw new Error('no signals');
        const store = new BudgetStore(signals);
        return { store, lease: await store.join(`home-${at}`) };
      }),
    );
    for (let number = 1; number <= 30; number += 1) {
      const answers = await Promise.all(
        servers.map(({ store, lease }) => {
          const want = Math.floor(random() * 21);
          return store.exchange({ lease, number, sharing: false, asks: [ask(want), ask(want, { key: 'calls/b' })] });
        }),
      );
      for (const key of ['calls/a', 'calls/b']) {
        const held = answers.map((answer) => answer?.held?.[key]?.[0] ?? Number.NaN);
        expect(held.reduce((sum, parts) => sum + parts, 0)).toBeLessThanOrEqual(20);
      }
    }
    for (const store of stores) await store.close();
  });
});
