import { expect, test } from 'vitest';
import { attributesOf } from './attributes.ts';

test('each line is an attribute with one value or several', () => {
  expect(attributesOf('kind=paid\n\n tags = a | b \n')).toEqual([
    { name: 'kind', type: 'STRING', value: 'paid' },
    { name: 'tags', type: 'STRING_ARRAY', value: ['a', 'b'] },
  ]);
  expect(attributesOf('')).toEqual([]);
});

test('a line without a name or a value is refused', () => {
  expect(['kind', '=paid', 'kind=', 'kind=paid\nrest'].map(attributesOf)).toEqual(Array(4).fill(undefined));
});
