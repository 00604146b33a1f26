import { BoundedOutput } from './bounded-output.ts';

/** How clients in Java begin: blocks, each with its length before it. */
const FRAMED = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const FRAMED_HEAD_BYTES = 16;
/** Longer literals have their length in the bytes after the tag. */
const SHORT_LITERAL = 60;

/** Decodes Snappy, as one block or in the frames of Java. Throws for what is none, and above `most` bytes. */
export function unsnappy(input: Buffer, most: number): Buffer {
  const output = new BoundedOutput(most);
  if (!input.subarray(0, FRAMED.length).equals(FRAMED)) {
    decodeBlock(input, output);
    return output.written;
  }
  for (let at = FRAMED_HEAD_BYTES; at < input.length; ) {
    const end = at + 4 + (at + 4 <= input.length ? input.readUInt32BE(at) : 0);
    if (end > input.length || end === at + 4) throw new Error('a frame of Snappy ends too early');
    decodeBlock(input.subarray(at + 4, end), output);
    at = end;
  }
  return output.written;
}

function decodeBlock(input: Buffer, output: BoundedOutput): void {
  const before = output.written.length;
  const { value: size, at: begin } = readVarint(input);
  for (let at = begin; at < input.length; ) {
    const tag = input.readUInt8(at);
    at += 1;
    const rest = tag >> 2;
    switch (tag & 3) {
      case 0: {
        const more = Math.max(0, rest + 1 - SHORT_LITERAL);
        const length = 1 + (more === 0 ? rest : input.readUIntLE(at, more));
        at += more;
        output.append(input, at, at + length);
        at += length;
        break;
      }
      case 1:
        output.repeat(((tag >> 5) << 8) | input.readUInt8(at), 4 + (rest & 7));
        at += 1;
        break;
      case 2:
        output.repeat(input.readUInt16LE(at), 1 + rest);
        at += 2;
        break;
      default:
        output.repeat(input.readUInt32LE(at), 1 + rest);
        at += 4;
    }
  }
  if (output.written.length - before !== size) throw new Error('a block of Snappy has another size than it says');
}

function readVarint(input: Buffer): { readonly value: number; readonly at: number } {
  let value = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = input.readUInt8(at);
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { value, at: at + 1 };
  }
  throw new Error('a block of Snappy has no size');
}
