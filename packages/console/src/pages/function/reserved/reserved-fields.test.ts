import { expect, test } from 'vitest';
import { qualifierOf, toBody, toFields } from './reserved-fields.ts';

const RESERVED = {
  function_urn: 'urn',
  qualifier_type: 'alias' as const,
  qualifier_name: 'live',
  min_count: 2,
  idle_mode: true,
  tactics_config: {
    cron_configs: [
      { name: 'day', cron: '0 0 8 * * ?', count: 5, start_time: 1_767_254_400, expired_time: 1_767_340_800 },
    ],
    metric_configs: [{ name: 'busy', type: 'Concurrency', threshold: 60, min: 3 }],
  },
  desired: 2,
  ready: 2,
  starting: 0,
  failing: null,
};

test('what is shown and not changed is sent as it was', () => {
  const fields = toFields(RESERVED, true);
  expect(fields.byTime[0]).toMatchObject({ from: '2026-01-01T08:00', until: '2026-01-02T08:00' });
  expect(toBody(fields, true)).toEqual({ count: 2, idle_mode: true, tactics_config: RESERVED.tactics_config });
  expect(toBody(toFields(RESERVED, false), false).tactics_config).toEqual(RESERVED.tactics_config);
});

test('an alias has a mark that versions have not', () => {
  expect([qualifierOf('alias', 'live'), qualifierOf('version', 'v1')]).toEqual(['!live', 'v1']);
});
