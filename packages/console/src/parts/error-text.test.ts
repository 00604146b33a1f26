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
  [502, 'unreachable'],
])('an answer of status %i is shown as: %s', (status, kind) => {
  expect(errorKind({ status, requestId: undefined })).toBe(kind);
});

test('the server says itself that it is busy', () => {
  expect(errorKind({ status: 503, requestId: 'r1' })).toBe('server');
});
