import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../lib/crc32c.ts';
import { checksumOfParts, Digests, etagOfParts } from './digests.ts';
import type { Body, ChecksumAlgorithm } from './types.ts';

type Expected = Pick<Body, 'md5' | 'sha256' | 'checksum'>;

const TEXT = Buffer.from('123456789');

function finish(expected: Expected, bytes: Uint8Array = TEXT): unknown {
  const digests = new Digests(expected);
  digests.update(bytes);
  return digests.finish();
}

const checksum = (algorithm: ChecksumAlgorithm, value?: string): Expected => ({
  checksum: { algorithm, expected: () => value },
});

describe('CRC-32C', () => {
  it('has the value of its specification, in pieces of any size', () => {
    expect(crc32c(TEXT)).toBe(0xe3069283);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), (bytes, cut) => {
        expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes));
      }),
    );
  });
});

describe('digests of a body', () => {
  it.each<[ChecksumAlgorithm, string]>([
    ['CRC32', 'y/Q5Jg=='],
    ['CRC32C', '4waSgw=='],
    ['SHA1', '98O8HYCOBHMq32eZZczDTKeuNEE='],
    ['SHA256', 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='],
  ])('compute and compare %s', (algorithm, value) => {
    const md5 = '25f9e794323b453885f5181f1b624d0b';
    expect(finish(checksum(algorithm))).toEqual({ md5, checksum: { algorithm, value } });
    expect(finish(checksum(algorithm, value))).toEqual({ md5, checksum: { algorithm, value } });
    const other = createHash('sha256').update('x').digest().subarray(0, Buffer.from(value, 'base64').length);
    const bad = expect.objectContaining({ code: 'BadDigest' });
    expect(() => finish(checksum(algorithm, other.toString('base64')))).toThrow(bad);
  });

  it.each<[Expected, string]>([
    [{ md5: 'JfnnlDI7RTiF9RgfG2JNCw==' }, 'ok'],
    [{ md5: 'AfnnlDI7RTiF9RgfG2JNCw==' }, 'BadDigest'],
    [{ md5: 'JfnnlDI7RTiF9RgfG2JNCw' }, 'InvalidDigest'],
    [{ md5: '25f9e794323b453885f5181f1b624d0b' }, 'InvalidDigest'],
    [{ md5: '' }, 'InvalidDigest'],
    [{ sha256: createHash('sha256').update(TEXT).digest('hex') }, 'ok'],
    [{ sha256: '0'.repeat(64) }, 'BadDigest'],
    [{ sha256: 'UNSIGNED' }, 'InvalidDigest'],
    [checksum('CRC32', 'AAAA'), 'InvalidDigest'],
    [checksum('CRC32', '####'), 'InvalidDigest'],
  ])('%j gives %s', (expected, code) => {
    const work = (): unknown => finish(expected);
    if (code === 'ok') expect(work).not.toThrow();
    else expect(work).toThrow(expect.objectContaining({ code }));
  });
});

it('the etag and the checksum of an object of parts are those of the digests of its parts', () => {
  const parts = ['a', 'b'].map((text) => createHash('md5').update(text).digest());
  const etag = createHash('md5').update(Buffer.concat(parts)).digest('hex');
  expect(etagOfParts(parts.map((part) => part.toString('hex')))).toBe(`${etag}-2`);
  const sums = ['a', 'b'].map((text) => createHash('sha256').update(text).digest());
  const sum = createHash('sha256').update(Buffer.concat(sums)).digest('base64');
  const values = sums.map((each) => each.toString('base64'));
  expect(checksumOfParts('SHA256', values)).toEqual({ algorithm: 'SHA256', value: `${sum}-2` });
});
