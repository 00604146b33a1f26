import { describe, expect, it } from 'vitest';
import { BUCKET_ERRORS, BucketError, type BucketErrorCode } from './errors.ts';
import { checkBucketName, keyBytes } from './names.ts';

describe('bucket names', () => {
  it.each(['abc', 'a-b', 'a.b.c', '123', 'my-bucket.example.com', 'a'.repeat(63), '1.2.3'])('accepts %s', (name) => {
    expect(() => checkBucketName(name)).not.toThrow();
  });

  it.each([
    '',
    'ab',
    'a'.repeat(64),
    'Abc',
    'a_b',
    'a..b',
    '.abc',
    'abc.',
    '-abc',
    'abc-',
    'a.-b',
    'a-.b',
    '192.168.1.1',
    'xn--abc',
    'sthree-x',
    'abc-s3alias',
    'abc\n',
    'a/b/c',
    '../..',
    'ä-bucket',
  ])('refuses %j', (name) => {
    expect(() => checkBucketName(name)).toThrow(expect.objectContaining({ code: 'InvalidBucketName' }));
  });
});

describe('keys', () => {
  it('have up to 1024 bytes, not characters', () => {
    expect(keyBytes('ä'.repeat(512))).toHaveLength(1024);
    expect(() => keyBytes(`${'ä'.repeat(512)}x`)).toThrow(expect.objectContaining({ code: 'KeyTooLongError' }));
  });

  it('may contain anything that UTF-8 can express', () => {
    for (const key of ['../../etc/passwd', 'a\0b', '/', '\uF8F0', '𝄞', '.', 'a//b']) {
      expect(keyBytes(key).toString('utf8')).toBe(key);
    }
  });

  it.each(['', '\ud800', 'a\udfff'])('refuses %j', (key) => {
    expect(() => keyBytes(key)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});

it('an error has the status of its code', () => {
  for (const code of Object.keys(BUCKET_ERRORS) as BucketErrorCode[]) {
    expect(new BucketError(code, '').status).toBe(BUCKET_ERRORS[code]);
  }
});
