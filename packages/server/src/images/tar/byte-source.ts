import type { FileHandle } from 'node:fs/promises';
import { ImageError } from '../errors.ts';

/** Bytes in order. `take` returns bytes owned by the caller; `skip` and `chunks` continue after them. */
export interface ByteSource {
  readonly position: number;
  /** Exactly `size` bytes, or undefined at the end. Throws `truncated` when fewer are left. */
  take(size: number): Promise<Buffer | undefined>;
  skip(size: number): Promise<void>;
  /** The next `size` bytes in pieces; must be read to the end. */
  chunks(size: number): AsyncGenerator<Buffer, void>;
}

const PIECE = 256 << 10;

/** A file with random access: skipping costs no reads. */
export class FileSource implements ByteSource {
  readonly #file: FileHandle;
  readonly #size: number;
  position = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  async take(size: number): Promise<Buffer | undefined> {
    if (this.position >= this.#size) return undefined;
    const bytes = await readAt(this.#file, this.position, size);
    this.position += size;
    return bytes;
  }

  async skip(size: number): Promise<void> {
    this.position += size;
    if (this.position > this.#size) throw truncated();
  }

  async *chunks(size: number): AsyncGenerator<Buffer, void> {
    for (let left = size; left > 0; ) {
      const piece = await this.take(Math.min(left, PIECE));
      if (piece === undefined) throw truncated();
      left -= piece.length;
      yield piece;
    }
  }
}

/** A stream that is read once; holds at most one of its chunks and the bytes of one `take`. */
export class StreamSource implements ByteSource {
  readonly #stream: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  position = 0;

  constructor(stream: AsyncIterable<Buffer>) {
    this.#stream = stream[Symbol.asyncIterator]();
  }

  async take(size: number): Promise<Buffer | undefined> {
    if (this.#rest.length === 0 && !(await this.#fill())) return undefined;
    if (this.#rest.length >= size) return this.#cut(size);
    const parts: Buffer[] = [];
    for await (const piece of this.chunks(size)) parts.push(piece);
    return Buffer.concat(parts, size);
  }

  async skip(size: number): Promise<void> {
    for await (const _ of this.chunks(size));
  }

  async *chunks(size: number): AsyncGenerator<Buffer, void> {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#fill())) throw truncated();
      const piece = this.#cut(Math.min(left, this.#rest.length));
      left -= piece.length;
      yield piece;
    }
  }

  /** Reads and discards the rest. */
  async drain(): Promise<void> {
    this.#rest = Buffer.alloc(0);
    while (await this.#fill()) this.#rest = Buffer.alloc(0);
  }

  #cut(size: number): Buffer {
    const piece = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    this.position += size;
    return piece;
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      const next = await this.#stream.next();
      if (next.done === true) return false;
      this.#rest = next.value;
      if (this.#rest.length > 0) return true;
    }
  }
}

/** Exactly `size` bytes at `position`. Throws `truncated` when the file is shorter. */
export async function readAt(file: FileHandle, position: number, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  for (let done = 0; done < size; ) {
    const { bytesRead } = await file.read(bytes, done, size - done, position + done);
    if (bytesRead === 0) throw truncated();
    done += bytesRead;
  }
  return bytes;
}

function truncated(): ImageError {
  return new ImageError('truncated', 'the file ends in the middle', { hint: 'Copy or save it again.' });
}
