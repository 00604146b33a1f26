const FIRST_BYTES = 64 * 1024;
/** Code of an error of input that becomes larger than it may. */
export const TOO_LARGE = 'ERR_BUFFER_TOO_LARGE';

/** Bytes that a decoder writes, from input that may promise anything. Throws when they become more than `most`. */
export class BoundedOutput {
  readonly #most: number;
  #bytes: Buffer;
  #length = 0;

  constructor(most: number) {
    this.#most = most;
    this.#bytes = Buffer.allocUnsafe(Math.min(FIRST_BYTES, most));
  }

  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Adds bytes of the input, which must have them. */
  append(input: Buffer, from: number, to: number): void {
    if (to > input.length) throw new Error('compressed records end too early');
    this.#makeRoom(to - from);
    input.copy(this.#bytes, this.#length, from, to);
    this.#length += to - from;
  }

  /** Adds bytes that were written `offset` bytes ago, and those that this adds. */
  repeat(offset: number, count: number): void {
    if (offset < 1 || offset > this.#length) throw new Error('compressed records refer to what is not there');
    this.#makeRoom(count);
    const end = this.#length + count;
    const from = this.#length - offset;
    while (this.#length < end) {
      // twice as much each time: a long run of one byte has few steps
      const step = Math.min(this.#length - from, end - this.#length);
      this.#bytes.copyWithin(this.#length, from, from + step);
      this.#length += step;
    }
  }

  #makeRoom(count: number): void {
    const needed = this.#length + count;
    // the code is that of zlib
    if (needed > this.#most)
      throw Object.assign(new Error(`compressed records have more than ${this.#most} bytes`), { code: TOO_LARGE });
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.min(this.#most, Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
