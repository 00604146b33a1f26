import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unlz4 } from './lz4.ts';
import { unsnappy } from './snappy.ts';

const MOST = 1_000;
const text = (value: string) => Buffer.from(value);
const hex = (value: string) => Buffer.from(value.replaceAll(' ', ''), 'hex');

// messages of librdkafka are decoded in consume-kafka.test.ts
describe('Snappy', () => {
  /** `abcabcabcab`: three literals, and eight bytes from three before. */
  const block = Buffer.concat([hex('0b 08'), text('abc'), hex('11 03')]);
  const head = hex('82 53 4e 41 50 50 59 00 00000001 00000001');
  const framed = (...blocks: Buffer[]) =>
    Buffer.concat([head, ...blocks.flatMap((one) => [hex(one.length.toString(16).padStart(8, '0')), one])]);

  it.each<[string, Buffer, string]>([
    ['a block', block, 'abcabcabcab'],
    ['a longer offset', Buffer.concat([hex('07 08'), text('abc'), hex('0e 0300')]), 'abcabca'],
    ['an offset of four bytes', Buffer.concat([hex('07 08'), text('abc'), hex('0f 03000000')]), 'abcabca'],
    ['a long literal', Buffer.concat([hex('64 f0 63'), text('x'.repeat(100))]), 'x'.repeat(100)],
    ['nothing', hex('00'), ''],
    ['frames of Java', framed(block, block), 'abcabcabcababcabcabcab'],
  ])('is decoded from %s', (_, input, decoded) => {
    expect(unsnappy(input, MOST).toString()).toBe(decoded);
  });

  it.each<[string, Buffer]>([
    ['another size', Buffer.concat([hex('0c 08'), text('abc'), hex('11 03')])],
    ['a size that is none', hex('ff ff ff ff ff ff')],
    ['an offset before the beginning', Buffer.concat([hex('0b 08'), text('abc'), hex('11 04')])],
    ['an offset of nothing', Buffer.concat([hex('0b 08'), text('abc'), hex('11 00')])],
    ['a literal that is cut', hex('0b 28 61')],
    ['more than it may', Buffer.concat([hex('e907 f4 e803'), text('x'.repeat(1001))])],
    ['a frame that is cut', framed(block).subarray(0, -1)],
    ['a frame of nothing', Buffer.concat([head, hex('00000000')])],
    ['no bytes', hex('')],
  ])('is refused with %s', (_, input) => {
    expect(() => unsnappy(input, MOST)).toThrow(Error);
  });
});

describe('LZ4', () => {
  const frame = (...blocks: string[]) => hex(`04224d18 40 40 00 ${blocks.join('')} 00000000`);
  /** `abc`, and eight bytes from three before; then the last literal. */
  const block = '08000000 34 616263 0300 10 64';

  it.each<[string, Buffer, string]>([
    ['a block', frame(block), 'abcabcabcabd'],
    ['a stored block', frame('03000080 616263'), 'abc'],
    ['blocks that refer to the ones before', frame('03000080 616263', '05000000 02 0300 10 64'), 'abcabcabcd'],
    ['two frames', Buffer.concat([frame('01000080 61'), frame('01000080 62')]), 'ab'],
    ['checksums and a size', hex('04224d18 5c 40 0100000000000000 00 01000080 61 00000000 00000000 00000000'), 'a'],
    ['no block', frame(), ''],
  ])('is decoded from %s', (_, input, decoded) => {
    expect(unlz4(input, MOST).toString()).toBe(decoded);
  });

  it.each<[string, Buffer]>([
    ['another magic number', hex('05224d18 40 40 00 00000000')],
    ['another version', hex('04224d18 80 40 00 00000000')],
    ['a dictionary', hex('04224d18 41 40 00 00000000')],
    ['no end', hex('04224d18 40 40 00 01000080 61')],
    ['a block that is cut', hex('04224d18 40 40 00 09000080 61')],
    ['an offset before the beginning', frame('08000000 34 616263 0400 10 64')],
    ['an offset of nothing', frame('08000000 34 616263 0000 10 64')],
    ['a length that goes on behind the block', frame('02000000 f0 ff')],
    ['more than it may', frame('0b000000 1f 61 0100 ff ff ff ff 00 10 64')],
  ])('is refused with %s', (_, input) => {
    expect(() => unlz4(input, MOST)).toThrow(Error);
  });
});

it.each([
  ['Snappy', unsnappy, hex('ff07')],
  ['LZ4', unlz4, hex('04224d18404000')],
] as const)('any bytes as %s are decoded within the limit or refused', (_, decode, head) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        expect(decode(Buffer.concat([head, bytes]), MOST).length).toBeLessThanOrEqual(MOST);
      } catch (error) {
        expect((error as Error).name).toMatch(/^(Error|RangeError)$/);
      }
    }),
  );
});
