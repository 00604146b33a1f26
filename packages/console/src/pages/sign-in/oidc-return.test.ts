import { expect, test } from 'vitest';
import { answerIn } from './oidc-return.ts';

test.each([
  ['?code=1&state=2', 'code=1&state=2'],
  ['?error=access_denied&state=2&iss=https%3A%2F%2Fa', 'error=access_denied&state=2&iss=https%3A%2F%2Fa'],
  ['?code=1', undefined],
  ['?to=%2Ffunctions', undefined],
  ['', undefined],
])('the query %s has the answer %s', (search, answer) => {
  expect(answerIn(search)).toBe(answer);
});
