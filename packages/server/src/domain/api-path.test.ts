import { expect, it } from 'vitest';
import { ApiPathError, parseApiPath, pathForm } from './api-path.ts';

it.each([
  ['/', '/'],
  ['/a', '/a'],
  ['/users/{id}/orders/{order-id}', '/users/{}/orders/{}'],
  ['/a.b/~c/%20', '/a.b/~c/%20'],
])('reads %s', (text, form) => {
  expect(pathForm(parseApiPath(text))).toBe(form);
});

it.each([
  '',
  'a',
  '//',
  '/a/',
  '/a//b',
  '/a/../b',
  '/./a',
  '/a b',
  '/a?b',
  '/a#b',
  '/%2',
  '/é',
  '/{}',
  '/{1a}',
  '/{a',
  '/x{a}',
  '/{a}/{a}',
  '/{a+}',
  `/${'a'.repeat(512)}`,
])('refuses %j', (text) => {
  expect(() => parseApiPath(text)).toThrow(ApiPathError);
});
