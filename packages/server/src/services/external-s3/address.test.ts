import { describe, expect, it } from 'vitest';
import { addressAt, isAt } from './address.ts';

const service = { endpoint: 'https://s3.example.com' };

describe('an address at an S3 service', () => {
  it.each([
    ['https://s3.example.com/code/a/b%20c.zip', { bucket: 'code', key: 'a/b c.zip' }],
    ['https://S3.example.com:443/code/a.zip', { bucket: 'code', key: 'a.zip' }],
    ['https://code.s3.example.com/a/b.zip', { bucket: 'code', key: 'a/b.zip' }],
    ['https://my.code.s3.example.com/a.zip', { bucket: 'my.code', key: 'a.zip' }],
    ['https://s3.example.com/code//a', { bucket: 'code', key: '/a' }],
  ])('%s names an object', (link, address) => {
    expect([isAt(new URL(link), service), addressAt(new URL(link), service)]).toEqual([true, address]);
  });

  it.each([
    'https://s3.example.com/',
    'https://s3.example.com/code',
    'https://s3.example.com/code/',
    'https://code.s3.example.com/',
    'https://s3.example.com/code/%ff',
    'https://s3.example.com/code/a%2f..%2f..%2fother%2fkey',
    'https://s3.example.com/code/a%00',
    'https://s3.example.com/a%2Fb@c/key%2F.',
    'https://s3.example.com/%40host/key',
    `https://s3.example.com/code/${'k'.repeat(1025)}`,
  ])('%s names none', (link) => {
    expect([isAt(new URL(link), service), addressAt(new URL(link), service)]).toEqual([true, undefined]);
  });

  it.each([
    'http://s3.example.com/code/a',
    'https://s3.example.com:8443/code/a',
    'https://evil-s3.example.com/code/a',
    'https://s3.example.com.evil.org/code/a',
    'https://example.com/code/a',
  ])('%s is of another service', (link) => {
    expect(isAt(new URL(link), service)).toBe(false);
  });

  it('has no bucket before a number', () => {
    const numeric = { endpoint: 'http://127.0.0.1:9000' };
    expect(addressAt(new URL('http://127.0.0.1:9000/code/a'), numeric)).toEqual({ bucket: 'code', key: 'a' });
    expect(isAt(new URL('http://127.0.0.1:9001/code/a'), numeric)).toBe(false);
  });
});
