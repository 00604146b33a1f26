import { expect, it } from 'vitest';
import { readFunctionPath } from './function-path.ts';

it.each([
  ['/fn/p1/default/hello', undefined, '/'],
  ['/fn/p1/default/hello/', undefined, '/'],
  ['/fn/p1/default/hello?a=1', undefined, '/?a=1'],
  ['/fn/p1/default/hello/a//b/../%2f?x=/..', undefined, '/a//b/../%2f?x=/..'],
  ['/fn/p1/default/hello:v1/x', { kind: 'version', name: 'v1' }, '/x'],
  ['/fn/p1/default/hello:!live', { kind: 'alias', name: 'live' }, '/'],
])('reads %s', (target, qualifier, url) => {
  const names = { projectId: 'p1', package: 'default', name: 'hello' };
  expect(readFunctionPath(target)).toEqual({ ...names, qualifier, url });
});

it.each([
  '',
  '/',
  '*',
  '/fn/p1/default',
  '/fn/p1/default/',
  '/fn//default/hello',
  '//fn/p1/default/hello',
  '/FN/p1/default/hello',
  '/fn/../fn/p1/default/hello',
  '/fn/p1/default%2fhello/x',
  '/fn/p1/default/hello:',
  '/fn/p1/default/hello:!',
  '/fn/p1/default/hello:v1:v2',
  '/fn/p1/default/hello%00',
  '/fn/p1/default/hello/ x',
  '/fn/p1/default/hello/#x',
  '/fn/p1/default/hello/é',
  'http://host/fn/p1/default/hello',
  `/fn/p1/default/hello/${'a'.repeat(9000)}`,
  `/fn/p1/default/${'a'.repeat(129)}`,
])('finds no function in %s', (target) => {
  expect(readFunctionPath(target)).toBeUndefined();
});
