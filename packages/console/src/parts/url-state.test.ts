import { expect, test } from 'vitest';
import { readFields, writeFields } from './url-state.ts';

const USUAL = { q: '', page: 1, open: false };

test('a field of another type has its default', () => {
  expect(readFields({ q: 7, page: '2', open: true }, USUAL)).toEqual({ q: '', page: 1, open: true });
});

test('fields of other parts are not read', () => {
  expect(readFields({ other: 'x' }, USUAL)).toEqual(USUAL);
});

test('defaults are not written into the address', () => {
  expect(writeFields({ q: 'order', page: 1, open: false }, USUAL)).toEqual({ q: 'order' });
});
