import { ImageError } from '../errors.ts';

export const BLOCK = 512;

/** One header block, before extended headers are applied. */
export interface TarHeader {
  readonly name: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** The type as a character; `0` for plain files of old and new formats. */
  readonly type: string;
  readonly linkName: Buffer;
}

/** Undefined for a block of zeros, which ends an archive. Throws `malformed-tar`. */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK; index++) if (index < 148 || index >= 156) sum += block[index] ?? 0;
  if (sum === 8 * 0x20) return undefined;
  if (number(block, 148, 8) !== sum) throw malformed('a header has a wrong checksum');
  const name = text(block, 0, 100);
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? text(block, 345, 155) : Buffer.alloc(0);
  const type = String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    type: type === '\0' || type === '7' ? '0' : type,
    linkName: text(block, 157, 100),
  };
}

export function malformed(message: string): ImageError {
  return new ImageError('malformed-tar', message, { hint: 'Save or export the image again.' });
}

function text(block: Buffer, from: number, length: number): Buffer {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  // The block belongs to the source's buffer; names live longer.
  return Buffer.from(end < 0 ? field : field.subarray(0, end));
}

/** Octal text, or a big-endian number when the first bit is set. Empty fields, which some writers leave, are 0. */
function number(block: Buffer, from: number, length: number): number {
  const first = block[from] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    // Negative numbers, which begin with 0xff, end up too large as well.
    for (let index = from + 1; index < from + length; index++) value = value * 256 + (block[index] ?? 0);
    if (!Number.isSafeInteger(value)) throw malformed('a header holds a number that is too large');
    return value;
  }
  const digits = block
    .toString('latin1', from, from + length)
    .replaceAll('\0', ' ')
    .trim();
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits)) throw malformed('a header has an invalid number');
  return Number.parseInt(digits, 8);
}
