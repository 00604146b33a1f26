import { parseCron } from '@funcgraph/api/schedule';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desiredCount, nextChange, peakCount } from './desired-count.ts';
import type { ReservedPolicy } from './types.ts';

const at = (text: string): number => Date.parse(`2026-03-${text}Z`);
const policy = (cron: string, count: number, from = '01T00:00:00', to = '31T00:00:00'): ReservedPolicy => ({
  name: `${cron} ${count}`,
  cron,
  schedule: parseCron(cron),
  count,
  startsAt: at(from),
  endsAt: at(to),
});

const MORNING = policy('0 0 8 * * ?', 10);
const EVENING = policy('0 0 20 * * ?', 3);

describe('the number of reserved instances', () => {
  it.each<[string, ReservedPolicy[], string, number]>([
    ['is the base without policies', [], '10T12:00:00', 2],
    ['is the base before the window', [policy('* * * * * *', 9, '10T00:00:00')], '09T23:59:59', 2],
    ['is the base in the window until the cron came up', [MORNING], '01T07:59:59', 2],
    ['is that of the policy from the moment its cron comes up', [MORNING], '01T08:00:00', 10],
    ['stays after the cron came up', [MORNING], '02T03:00:00', 10],
    ['is the base when the window is over', [MORNING], '31T00:00:00', 2],
    ['is that of the policy whose cron came up last, in the morning', [EVENING, MORNING], '05T12:00:00', 10],
    ['is that of the policy whose cron came up last, at night', [EVENING, MORNING], '05T21:00:00', 3],
    [
      'falls to an older policy when the newer window is over',
      [MORNING, policy('0 0 9 * * ?', 20, '05T00:00:00', '05T12:00:00')],
      '05T12:00:00',
      10,
    ],
    ['is the greater of two policies at one moment', [MORNING, policy('0 0 8 * * ?', 7)], '05T12:00:00', 10],
    ['is never below the base', [policy('0 0 8 * * ?', 1)], '05T12:00:00', 2],
  ])('%s', (_, policies, now, expected) => {
    expect(desiredCount({ count: 2, policies }, at(now))).toBe(expected);
  });

  it('changes at the next cron time or the end of a window, whichever comes first', () => {
    const plan = { count: 0, policies: [EVENING, MORNING] };
    expect(nextChange(plan, at('05T12:00:00'))).toBe(at('05T20:00:00'));
    expect(nextChange(plan, at('30T21:00:00'))).toBe(at('31T00:00:00'));
    expect(nextChange(plan, at('31T00:00:00'))).toBeUndefined();
    expect(nextChange({ count: 5, policies: [] }, at('05T12:00:00'))).toBeUndefined();
  });

  it('never changes between now and the next change', () => {
    const hour = fc.integer({ min: 0, max: 23 });
    const day = fc.integer({ min: 1, max: 27 });
    const policies = fc.array(
      fc.record({ hour, count: fc.nat(20), from: day, days: fc.integer({ min: 1, max: 5 }) }).map((p) => ({
        ...policy(`0 15 ${p.hour} * * ?`, p.count),
        startsAt: at('01T00:00:00') + p.from * 86_400_000,
        endsAt: at('01T00:00:00') + (p.from + p.days) * 86_400_000,
      })),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(
        policies,
        fc.nat(5),
        fc.nat(40 * 24 * 60),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, count, minutes, part) => {
          const plan = { count, policies: list, byMetric: [] };
          const now = at('01T00:00:00') + minutes * 60_000;
          const next = nextChange(plan, now);
          const until = next ?? now + 90 * 86_400_000;
          const between = now + Math.floor((until - 1 - now) * part);
          expect(desiredCount(plan, between)).toBe(desiredCount(plan, now));
          expect(desiredCount(plan, now)).toBeLessThanOrEqual(peakCount(plan));
          expect(desiredCount(plan, now)).toBeGreaterThanOrEqual(count);
        },
      ),
    );
  });
});
