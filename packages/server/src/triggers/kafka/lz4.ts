import { BoundedOutput } from './bounded-output.ts';

const MAGIC = 0x184d2204;
const VERSION = 0x40;
const FLAGS = { version: 0xc0, blockChecksums: 0x10, contentSize: 0x08, contentChecksum: 0x04, dictionary: 0x01 };
const CHECKSUM_BYTES = 4;
const STORED = 0x80000000;
const LEAST_MATCH = 4;

/**
 * Decodes frames of LZ4. Throws for what is none, and above `most` bytes. Checksums are left out: the batch of records has
 * one, which clients of version 0.10 and before computed wrongly for LZ4.
 */
export function unlz4(input: Buffer, most: number): Buffer {
  const output = new BoundedOutput(most);
  for (let at = 0; at < input.length; ) at = decodeFrame(input, at, output);
  return output.written;
}

/** Returns where the next frame begins. */
function decodeFrame(input: Buffer, begin: number, output: BoundedOutput): number {
  const flags = input.readUInt8(begin + 4);
  if (input.readUInt32LE(begin) !== MAGIC || (flags & FLAGS.version) !== VERSION) {
    throw new Error('records are no frame of LZ4');
  }
  if ((flags & FLAGS.dictionary) !== 0) throw new Error('records need a dictionary of LZ4');
  // magic number, flags, descriptor of blocks, size of the content, checksum of these
  let at = begin + 4 + 2 + ((flags & FLAGS.contentSize) === 0 ? 0 : 8) + 1;
  for (;;) {
    const head = input.readUInt32LE(at);
    at += 4;
    if (head === 0) return at + ((flags & FLAGS.contentChecksum) === 0 ? 0 : CHECKSUM_BYTES);
    const isStored = head >= STORED;
    const end = at + (isStored ? head - STORED : head);
    if (isStored) output.append(input, at, end);
    else decodeBlock(input, at, end, output);
    at = end + ((flags & FLAGS.blockChecksums) === 0 ? 0 : CHECKSUM_BYTES);
  }
}

function decodeBlock(input: Buffer, begin: number, end: number, output: BoundedOutput): void {
  let at = begin;
  /** A length of four bits, and the bytes that follow the largest. */
  const lengthOf = (bits: number): number => {
    let length = bits;
    if (bits < 15) return length;
    for (;;) {
      const more = input.readUInt8(at);
      at += 1;
      length += more;
      if (more < 255) return length;
    }
  };
  while (at < end) {
    const token = input.readUInt8(at);
    at += 1;
    const literals = lengthOf(token >> 4);
    output.append(input, at, at + literals);
    at += literals;
    // the last sequence has no match
    if (at >= end) break;
    const offset = input.readUInt16LE(at);
    at += 2;
    output.repeat(offset, lengthOf(token & 15) + LEAST_MATCH);
  }
  if (at !== end) throw new Error('a block of LZ4 has another size than it says');
}
