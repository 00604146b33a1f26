import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECKSUM_BYTES, CHECKSUMS, startChecksum } from './checksums.ts';

const of = (name: (typeof CHECKSUMS)[number], ...pieces: Buffer[]): string => {
  const checksum = startChecksum(name);
  for (const piece of pieces) checksum.update(piece);
  return checksum.digest().toString('hex');
};

describe('checksums', () => {
  it.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['sha1', createHash('sha1').update('123456789').digest('hex')],
    ['sha256', createHash('sha256').update('123456789').digest('hex')],
  ] as const)('%s has its published check value', (name, expected) => {
    expect(of(name, Buffer.from('123456789'))).toBe(expected);
    expect(expected).toHaveLength(CHECKSUM_BYTES[name] * 2);
  });

  it.each(CHECKSUMS)('%s is the same however the bytes are cut, also into single ones', (name) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (array, cut) => {
        const bytes = Buffer.from(array);
        const single = [...bytes].map((byte) => Buffer.from([byte]));
        expect(of(name, bytes.subarray(0, cut), bytes.subarray(cut))).toBe(of(name, bytes));
        expect(of(name, ...single)).toBe(of(name, bytes));
      }),
    );
  });
});
