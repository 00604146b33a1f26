import { expect, test } from 'vitest';
import { errorKind } from './error-text.ts';

test.each([
  [0, 'unreachable'],
  [400, 'refused'],
  [403, 'forbidden'],
  [404, 'notFound'],
  [409, 'conflict'],
  [412, 'conflict'],
  [429, 'busy'],
  [500, 'server'],
  [503, 'unreachable'],
])('an answer of status %i is shown as: %s', (status, kind) => {
  expect(errorKind({ status })).toBe(kind);
});
