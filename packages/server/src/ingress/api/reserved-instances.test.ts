import { expect, it } from 'vitest';
import { reservationOf } from './reserved-instances.ts';

const POLICY = { name: 'p', cron: '0 0 8 * * ?', count: 5, start_time: 100, expired_time: 200 };
const withPolicy = (change: object) => ({ count: 2, tactics_config: { cron_configs: [{ ...POLICY, ...change }] } });

const withMetric = (change: object) => ({
  count: 2,
  tactics_config: { metric_configs: [{ name: 'm', type: 'Concurrency', threshold: 60, min: 1, ...change }] },
});

it('reads policies by metric, with no least number unless it is set', () => {
  expect(reservationOf(withMetric({ min: undefined }))).toMatchObject({
    byMetric: [{ name: 'm', threshold: 60, min: 0 }],
  });
});

it('reads policies with their window in seconds', () => {
  expect(reservationOf(withPolicy({}))).toEqual({
    count: 2,
    idleMode: undefined,
    policies: [{ name: 'p', cron: '0 0 8 * * ?', count: 5, startsAt: 100_000, endsAt: 200_000 }],
    byMetric: [],
  });
});

it.each([
  ['no count', { count: undefined }, 'count is missing'],
  ['a policy without a count', withPolicy({ count: undefined }), 'count of a policy'],
  ['a window without an end', withPolicy({ expired_time: undefined }), 'expired_time'],
  ['a policy by metric without a threshold', withMetric({ threshold: undefined }), 'threshold of metric_configs'],
  ['a policy by an unknown metric', withMetric({ type: 'Memory' }), 'metric_configs: "Memory" is no type'],
])('refuses %s', (_what, body, text) => {
  expect(() => reservationOf(body)).toThrow(text);
});
