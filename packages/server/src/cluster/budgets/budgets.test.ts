import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { Budgets } from './budgets.ts';
import { claimOf, mostOf, type Turn } from './claim.ts';
import { FaultyCluster } from './model.ts';
import { MemoryBudgets } from './testing.ts';
import type { BudgetTable, Use } from './types.ts';

const SEEDS = Number(process.env.FUNCGRAPH_MODEL_SEEDS ?? 60);
const LONG = { timeout: 1_200_000 };

describe('a claim', () => {
  const snapshot = fc.record({
    limit: fc.nat(400),
    held: fc.nat(400),
    used: fc.nat(400),
    waiting: fc.nat(400),
    peak: fc.nat(400),
    isRecent: fc.boolean(),
    servers: fc.integer({ min: 2, max: 9 }),
    missingElsewhere: fc.nat(100),
    sharers: fc.integer({ min: 1, max: 9 }),
    keepsLast: fc.boolean(),
    turn: fc.constantFrom<Turn>('on', 'over', 'open'),
  });

  it('never gives back what is used, and never asks for more than the limit', () => {
    fc.assert(
      fc.property(snapshot, (one) => {
        const { want, missing } = claimOf(one);
        expect(want).toBeGreaterThanOrEqual(one.used);
        expect(want).toBeLessThanOrEqual(Math.max(one.used, one.limit));
        expect(missing).toBeLessThanOrEqual(one.limit);
      }),
    );
  });

  it('leaves others what they wait for, down to an even share', () => {
    const one = { limit: 20, held: 20, sharers: 2, keepsLast: false };
    expect(mostOf({ ...one, missingElsewhere: 0 }, 'over')).toBe(20);
    expect(mostOf({ ...one, missingElsewhere: 3 }, 'over')).toBe(17);
    expect(mostOf({ ...one, missingElsewhere: 100 }, 'over')).toBe(10);
  });

  it.each([
    ['goes to a server that waits, if its work cannot come here', false, { used: 0, waiting: 3 }, 0],
    ['stays while an instance is used', true, { used: 1, waiting: 0 }, 1],
    ['stays while work waits here for the next instance', true, { used: 0, waiting: 3 }, 1],
    ['goes when nothing here needs it', true, { used: 0, waiting: 0 }, 0],
  ])('of the only part %s', (_, keepsLast, needs, want) => {
    const one = { limit: 1, held: 1, peak: 1, isRecent: true, servers: 3, missingElsewhere: 2, sharers: 3, keepsLast };
    expect(claimOf({ ...one, ...needs, turn: 'over' }).want).toBe(want);
    expect(mostOf(one, 'over')).toBe(keepsLast ? 1 : 0);
  });

  it.each([
    ['may be asked for', 'open', 2, 3],
    ['is used by the server that got it', 'on', 3, 3],
    ['goes on to others after a while', 'over', 3, 2],
    ['is not asked for again at once', 'over', 2, 2],
  ] as const)('the part that cannot be divided %s', (_, turn, held, want) => {
    const one = { limit: 5, held, used: 0, waiting: 9, peak: 9, isRecent: true, servers: 2, sharers: 2 };
    expect(claimOf({ ...one, missingElsewhere: 7, keepsLast: false, turn }).want).toBe(want);
  });

  it('keeps the last part only while it is needed, and gives the rest as without', () => {
    fc.assert(
      fc.property(snapshot, (one) => {
        const [kept, given] = [true, false].map((keepsLast) => claimOf({ ...one, keepsLast }).want) as [number, number];
        expect(kept - given).toBeGreaterThanOrEqual(0);
        expect(kept - given).toBeLessThanOrEqual(1);
        if (kept > given) expect([kept, one.waiting > 0, one.held > 0]).toEqual([1, true, true]);
      }),
    );
  });
});

describe('the share of a server', () => {
  const opened = async (mayGoOnAlone: boolean) => {
    const clock = new ManualClock();
    const memory = new MemoryBudgets(() => clock.now());
    const away = { is: false };
    const table: BudgetTable = {
      join: (home) => memory.join(home),
      replace: (home, lease) => memory.replace(home, lease),
      leave: (lease) => memory.leave(lease),
      exchange: (request) => (away.is ? Promise.reject(new Error('away')) : memory.exchange(request)),
    };
    const budgets = await Budgets.open({ table, home: 'a', mayGoOnAlone, clock, onError: () => {} });
    const pauses: boolean[] = [];
    const onPause = (isPaused: boolean) => void pauses.push(isPaused);
    const uses: Use[] = [];
    budgets.follow('calls', { uses: () => uses, onMore: () => {}, onPause });
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 100) {
        clock.advance(100);
        await new Promise(setImmediate);
      }
    };
    return { clock, memory, budgets, share: budgets.share('calls'), uses, away, pauses, pass };
  };

  it('is all of a limit while it is alone, and it stores nothing', async () => {
    const { memory, share, pass } = await opened(false);
    expect(share.of('p', 20)).toBe(20);
    void share.ask('p', 20);
    await pass(10_000);
    expect([share.of('p', 20), memory.sum('calls/p')]).toEqual([20, 0]);
  });

  it('is nothing from 50 s after the last renewal on, and comes back with the database', async () => {
    const { share, away, pauses, pass } = await opened(false);
    away.is = true;
    await pass(49_900);
    expect([share.of('p', 20), share.isPaused]).toEqual([20, false]);
    await pass(200);
    expect([share.of('p', 20), share.isPaused]).toEqual([0, true]);
    await pass(600_000);
    away.is = false;
    await pass(2_000);
    expect([share.of('p', 20), share.isPaused, pauses]).toEqual([20, false, [true, false]]);
  });

  it('is kept while the table is away, though less is used, and is given back afterwards', async () => {
    const { clock, memory, share, uses, away, pass } = await opened(false);
    const other = await Budgets.open({ table: memory, home: 'b', mayGoOnAlone: false, clock, onError: () => {} });
    uses.push({ key: 'p', limit: 20, used: 6, waiting: 0 });
    void share.ask('p', 20);
    await pass(10_000);
    const before = share.of('p', 20);
    expect(before).toBeGreaterThanOrEqual(6);
    away.is = true;
    uses.length = 0;
    await pass(30_000);
    expect([share.of('p', 20), share.isFixed]).toEqual([before, true]);
    away.is = false;
    await pass(10_000);
    expect([share.of('p', 20) < before, share.isFixed]).toEqual([true, false]);
    await other.stop();
  });

  it('stays with a server that needs no others, as long as it is alone', async () => {
    const { share, away, pauses, pass } = await opened(true);
    away.is = true;
    await pass(600_000);
    away.is = false;
    await pass(10_000);
    expect([share.of('p', 20), pauses]).toEqual([20, []]);
  });
});

describe('limits of several servers', () => {
  it(
    'hold while messages are lost, late or cut off and servers are killed, nobody starves, and all parts come back',
    LONG,
    async () => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const cluster = new FaultyCluster(seed, Budgets.open);
        await cluster.run();
        expect(cluster.report(), `seed ${seed}`).toEqual({ exceeded: [], starved: [], usable: cluster.limits });
      }
    },
  );
});
