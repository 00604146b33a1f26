import { expect, it } from 'vitest';
import { valueChanges } from './value-changes.ts';

it('names each place that differs', () => {
  const first = { order: 7, rows: [{ price: 1 }, 2], 'a b': true, same: { x: null }, list: [] };
  const second = { order: 8, rows: [{ price: 1 }], 'a b': false, same: { x: null }, list: {}, more: 'new' };
  expect(valueChanges(first, second)).toEqual([
    { path: '$.order', first: 7, second: 8 },
    { path: '$.rows[1]', first: 2 },
    { path: '$["a b"]', first: true, second: false },
    { path: '$.list', first: [], second: {} },
    { path: '$.more', second: 'new' },
  ]);
});

it('compares what only one side has, and stops at 50 places', () => {
  expect(valueChanges(undefined, { a: 1 })).toEqual([{ path: '$', second: { a: 1 } }]);
  expect(valueChanges(undefined, undefined)).toEqual([]);
  expect(
    valueChanges(
      [],
      Array.from({ length: 99 }, (_, at) => at),
    ),
  ).toHaveLength(50);
});
