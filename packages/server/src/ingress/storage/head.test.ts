import { describe, expect, it } from 'vitest';
import { StorageError } from './errors.ts';
import { readHead } from './head.ts';

const read = (url: string, ...rawHeaders: string[]): unknown => {
  try {
    const { path, query, headers } = readHead({ method: 'GET', url, rawHeaders });
    return { path, query: Object.fromEntries(query), headers: Object.fromEntries(headers) };
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
};

describe('the head of a request', () => {
  it.each<[string, string, object]>([
    ['keeps dots, slashes and zero bytes of a key', '/b/../..//a%2F%00', { path: '/b/../..//a/\u0000' }],
    ['decodes UTF-8', '/b/%E4%BD%A0', { path: '/b/你' }],
    ['keeps a plus in the path', '/b/a+b', { path: '/b/a+b' }],
    ['reads a plus in the query as a space', '/b?prefix=a+b%2B', { query: { prefix: 'a b+' } }],
    ['reads parameters without a value', '/b?uploads&delete=', { query: { uploads: '', delete: '' } }],
  ])('%s', (_, url, expected) => {
    expect(read(url)).toMatchObject(expected);
  });

  it.each([
    ['half an escape', '/b/%4'],
    ['bytes that are not UTF-8', '/b/%FF'],
    ['an overlong slash', '/b/%C0%AF'],
    ['a surrogate', '/b/%ED%A0%80'],
    ['an absolute target', 'http://x/b'],
    ['bytes that are not encoded', '/b/\u00e9'],
  ])('refuses %s', (_, url) => {
    expect(read(url)).toBe('InvalidURI');
  });

  it('refuses a header or parameter that occurs twice, and joins lists', () => {
    expect(read('/', 'X-Amz-Date', 'a', 'x-amz-date', 'b')).toBe('InvalidArgument');
    expect(read('/', 'Host', 'a', 'Host', 'b')).toBe('InvalidArgument');
    expect(read('/?partNumber=1&partnumber=2')).toBe('InvalidArgument');
    expect(read('/', 'Via', 'a', 'via', 'b')).toMatchObject({ headers: { via: 'a, b' } });
  });
});
