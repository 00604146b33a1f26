import { expect, test } from 'vitest';
import { changedFields } from './changed-fields.ts';

test('only fields with another value are a change, whatever is in them', () => {
  const before = { timeout: 3, description: '', network: { vpc_id: 'a' }, list: ['x'] };
  expect(changedFields(before, { ...before, network: { vpc_id: 'a' } })).toEqual({});
  const after = { timeout: 5, description: '', network: { vpc_id: 'b' }, list: ['x'] };
  expect(changedFields(before, after)).toEqual({ timeout: 5, network: { vpc_id: 'b' } });
});

test('a field that appears is a change', () => {
  expect(changedFields<{ a?: number }>({}, { a: 1 })).toEqual({ a: 1 });
});
