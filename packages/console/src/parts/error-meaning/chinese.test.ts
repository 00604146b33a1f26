import { ERRORS } from '@funcgraph/api';
import { expect, test } from 'vitest';
import { MEANINGS } from './chinese.ts';

test('each code that the server answers with has a meaning in Chinese, and no other', () => {
  const codes = new Set(Object.values(ERRORS).map(({ fss }) => fss));
  expect(Object.keys(MEANINGS)).toEqual([...codes].sort());
});
