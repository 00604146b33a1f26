import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budgets } from './budgets.ts';
import { claimOf, mostOf } from './claim.ts';
import { FaultyCluster } from './model.ts';

const SEEDS = Number(process.env.FUNCGRAPH_MODEL_SEEDS ?? 300);

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
    const one = { limit: 20, held: 20, sharers: 2 };
    expect(mostOf({ ...one, missingElsewhere: 0 })).toBe(20);
    expect(mostOf({ ...one, missingElsewhere: 3 })).toBe(17);
    expect(mostOf({ ...one, missingElsewhere: 100 })).toBe(10);
  });
});

describe('limits of several servers', () => {
  it('hold while messages are lost, late or cut off and servers are killed, and all parts come back', async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const cluster = new FaultyCluster(seed, Budgets.open);
      await cluster.run();
      expect(cluster.report(), `seed ${seed}`).toEqual({ exceeded: [], usable: cluster.limits });
    }
  });
});
