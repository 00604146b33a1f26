import { expect, it } from 'vitest';
import { pathsOf, withPath } from './paths.ts';

it('lists the paths of a sample with their values, the shallow ones first', () => {
  const data = { order: { total: 20, 中文: 'x' }, rows: [{ price: 5 }, { price: 6 }], none: [], text: 'a'.repeat(99) };
  expect(pathsOf('$', data)).toEqual([
    { path: '$', text: '{order, rows, none, text}' },
    { path: '$.order', text: '{total, 中文}' },
    { path: '$.rows', text: '[2]' },
    { path: '$.none', text: '[]' },
    { path: '$.text', text: `"${'a'.repeat(60)}…"` },
    { path: '$.order.total', text: '20' },
    { path: '$.order.中文', text: '"x"' },
    { path: '$.rows[0]', text: '{price}' },
    { path: '$.rows[0].price', text: '5' },
  ]);
});

it('leaves out what no path reaches, and stops at 300', () => {
  expect(pathsOf('$', { 'a b': 1, 'a.b': 2, '': 3, "it's": 4 }).map(({ path }) => path)).toEqual(['$']);
  expect(pathsOf('$', Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, at])))).toHaveLength(300);
});

it('puts a path in place of what is selected', () => {
  expect(withPath('$.a == 1', '$.order.total', { from: 0, to: 3 })).toBe('$.order.total == 1');
  expect(withPath('', '$.x', { from: 0, to: 0 })).toBe('$.x');
});
