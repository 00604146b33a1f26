import { describe, expect, it } from 'vitest';
import { canonicalPath, GatewayPathError } from './gateway-path.ts';

describe('the path of a request to a group', () => {
  it.each([
    ['/', '/'],
    ['/users/7', '/users/7'],
    ['/users/', '/users'],
    ['/%75sers/a%20b', '/users/a b'],
    ['/%C3%A4', '/ä'],
    ['/100%25', '/100%'],
    ['/a.b/...', '/a.b/...'],
    ['/a;x=1', '/a;x=1'],
  ])('%s is compared as %s', (path, expected) => {
    expect(canonicalPath(path)).toBe(expected);
  });

  it.each([
    '',
    'a',
    'http://other/a',
    '//a',
    '/a//b',
    '/a//',
    '//',
    '/a/./b',
    '/a/../b',
    '/..',
    '/a/..;x/b',
    '/a/;x/b',
    '/a/%2e%2E/b',
    '/a/.%2e/b',
    '/a%2fb',
    '/a%5Cb',
    '/a\\b',
    '/a%00',
    '/a%0a',
    '/a%7F',
    '/%252e%252e/a',
    '/%2561',
    '/a%',
    '/a%4',
    '/a%zz',
    '/%ff',
    '/%c0%ae%c0%ae/a',
    '/%ed%a0%80',
  ])('%s is refused', (path) => {
    expect(() => canonicalPath(path)).toThrow(GatewayPathError);
  });
});
