import { expect, test } from 'vitest';
import { auditQuery, NO_FILTER } from './audit-query.ts';

const NOW = Date.parse('2026-11-27T10:00:30Z');

test('without a filter the newest records are read', () => {
  expect(auditQuery(NO_FILTER, NOW)).toEqual({ limit: '50' });
});

test('keyword, result, range and page become those of the route', () => {
  const filter = { by: 'action', q: 'iam:*', result: 'failed', range: '1h', cursor: 'c1' };
  expect(auditQuery(filter, NOW)).toEqual({
    limit: '50',
    action: 'iam:*',
    result: 'failed',
    from: '2026-11-27T09:00:00.000Z',
    cursor: 'c1',
  });
});

test('unknown words of an address do not filter', () => {
  expect(auditQuery({ ...NO_FILTER, by: 'limit', q: 'ada', result: 'x', range: 'toString' }, NOW)).toEqual({
    limit: '50',
    user: 'ada',
  });
});
