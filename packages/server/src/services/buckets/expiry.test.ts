import { expect, it } from 'vitest';
import { expiredBefore } from './expiry.ts';

it.each([
  [1, '2026-03-05T00:00:00Z', '2026-03-04T00:00:00Z'],
  [1, '2026-03-05T23:59:59Z', '2026-03-04T00:00:00Z'],
  [30, '2026-03-31T12:00:00Z', '2026-03-01T00:00:00Z'],
])('after %i days, at %s, what was changed before %s has expired', (days, now, before) => {
  expect(new Date(expiredBefore(days, Date.parse(now)))).toEqual(new Date(before));
});
