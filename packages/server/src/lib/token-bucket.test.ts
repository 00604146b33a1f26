import fc from 'fast-check';
import { expect, it } from 'vitest';
import { msToToken, type Rate, withoutToken } from './token-bucket.ts';

const rates: fc.Arbitrary<Rate> = fc.record({
  calls: fc.integer({ min: 1, max: 1000 }),
  periodMs: fc.constantFrom(1000, 60_000, 3_600_000, 86_400_000),
});
const pauses = fc.array(fc.double({ min: 0, max: 2000, noNaN: true }), { minLength: 1, maxLength: 200 });

/** Times at which calls were let through. */
function admitted(rate: Rate, all: readonly number[], start: number): number[] {
  let [now, fullAt] = [start, 0];
  return all.flatMap((pause) => {
    now += pause;
    if (msToToken(fullAt, now, rate) > 0) return [];
    fullAt = withoutToken(fullAt, now, rate);
    return [now];
  });
}

it('lets all calls of a period through at once, and not one more', () => {
  fc.assert(
    fc.property(rates, fc.nat(1e9), (rate, now) => {
      expect(admitted(rate, new Array<number>(rate.calls + 3).fill(0), now)).toHaveLength(rate.calls);
    }),
  );
});

it('lets no more through in any time than a full bucket and what fills it in that time', () => {
  fc.assert(
    fc.property(rates, pauses, (rate, all) => {
      const times = admitted(rate, all, 5);
      const perMs = rate.calls / rate.periodMs;
      times.forEach((from, first) => {
        times.slice(first).forEach((to, more) => {
          expect(more + 1).toBeLessThanOrEqual(rate.calls + (to - from) * perMs + 0.02);
        });
      });
    }),
  );
});

it('has a token after the time that it names', () => {
  fc.assert(
    fc.property(rates, pauses, (rate, all) => {
      let [now, fullAt] = [0, 0];
      for (const pause of all) {
        const wait = msToToken(fullAt, now, rate);
        expect(wait).toBeLessThanOrEqual(rate.periodMs / rate.calls + 1e-6);
        now += wait;
        expect(msToToken(fullAt, now, rate)).toBe(0);
        fullAt = withoutToken(fullAt, now, rate);
        now += pause / 10;
      }
    }),
  );
});

it('of another rate is empty at most, however long it would have filled before', () => {
  const emptied = withoutToken(0, 0, { calls: 1, periodMs: 86_400_000 });
  expect(msToToken(emptied, 0, { calls: 2, periodMs: 1000 })).toBe(500);
});
