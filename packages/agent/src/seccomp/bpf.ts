/** Classic BPF as the seccomp filter of the kernel understands it. */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly k: number;
}

export const LOAD_WORD = 0x20;
export const JUMP_EQUAL = 0x15;
export const JUMP_AT_LEAST = 0x35;
export const JUMP_ANY_BIT = 0x45;
export const AND = 0x54;
export const RETURN = 0x06;

export const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;

/** Offsets in `struct seccomp_data`. */
export const OFFSET_NUMBER = 0;
export const OFFSET_ARCH = 4;
/** Offset of the low half of an argument on a little endian machine; all that we look at fits into it. */
export function offsetOfArgument(index: number): number {
  return 16 + 8 * index;
}

export function load(offset: number): Instruction {
  return { code: LOAD_WORD, jumpTrue: 0, jumpFalse: 0, k: offset };
}

export function and(mask: number): Instruction {
  return { code: AND, jumpTrue: 0, jumpFalse: 0, k: mask };
}

export function allow(): Instruction {
  return { code: RETURN, jumpTrue: 0, jumpFalse: 0, k: ALLOW };
}

export function fail(errno: number): Instruction {
  return { code: RETURN, jumpTrue: 0, jumpFalse: 0, k: ERRNO | errno };
}

/** Runs `then` when the test holds and goes on behind it otherwise. `then` must end with a return. */
export function when(code: number, k: number, then: readonly Instruction[]): Instruction[] {
  if (then.length > 255) throw new Error('a block of the filter is too long for a jump');
  return [{ code, jumpTrue: 0, jumpFalse: then.length, k }, ...then];
}

/** The bytes that the kernel takes: `struct sock_filter`, little endian. */
export function encodeProgram(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, jumpTrue, jumpFalse, k }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  }
  return bytes;
}
