import { parseCron } from '@funcgraph/api/schedule';
import { describe, expect, it } from 'vitest';
import { leastCount, trackedCount } from './tracked-count.ts';

const NOON = Date.UTC(2026, 2, 10, 12);
const busy = (threshold: number, min = 0) => ({ name: `at ${threshold}`, threshold, min });
const MORNING = {
  name: 'morning',
  cron: '0 0 8 * * ?',
  schedule: parseCron('0 0 8 * * ?'),
  count: 4,
  startsAt: NOON - 86_400_000,
  endsAt: NOON + 86_400_000,
};

describe('the number of reserved instances with policies by metric', () => {
  it.each<[string, object, object, number]>([
    ['is the count without calls', {}, { peak: 0 }, 1],
    ['is what the policy has at least without calls', { byMetric: [busy(60, 3)] }, { peak: 0 }, 3],
    ['may be none', { count: 0 }, { peak: 0 }, 0],
    ['grows with the calls, so that they use the threshold', {}, { peak: 6 }, 10],
    ['is rounded up', {}, { peak: 7 }, 12],
    ['uses calls that an instance takes at once', {}, { peak: 60, perInstance: 10 }, 10],
    ['is not above what the function and the project may have', {}, { peak: 6, most: 8 }, 8],
    ['is not below the count when others have used all', { count: 2 }, { peak: 6, most: -3 }, 2],
    ['is that of the lowest threshold', { byMetric: [busy(60), busy(50)] }, { peak: 6 }, 12],
    ['is at least that of the highest minimum', { byMetric: [busy(60, 2), busy(50, 5)] }, { peak: 1 }, 5],
    ['is that of a policy by time while calls need fewer', { policies: [MORNING] }, { peak: 2 }, 4],
    ['is that of the calls when they need more', { policies: [MORNING] }, { peak: 6 }, 10],
    ['is that of the count without policies', { byMetric: [] }, { peak: 6 }, 1],
  ])('%s', (_, config, demand, expected) => {
    const plan = { count: 1, policies: [], byMetric: [busy(60)], ...config };
    const least = leastCount(plan, NOON);
    expect(trackedCount(plan, { least, peak: 0, perInstance: 1, most: 90, ...demand })).toBe(expected);
  });
});
