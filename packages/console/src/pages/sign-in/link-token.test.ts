import { expect, test } from 'vitest';
import { linkToken } from './link-token.ts';

test.each([
  ['#token=abc', 'abc'],
  ['token=abc', 'abc'],
  ['#token=a%2Bb', 'a+b'],
  ['#token=', undefined],
  ['#content', undefined],
  ['', undefined],
])('the fragment %s has the token %s', (hash, token) => {
  expect(linkToken(hash)).toBe(token);
});
