import type { FileHandle } from 'node:fs/promises';
import { RandomAccessReader } from 'yauzl';
import { ArtifactError } from './errors.ts';

const BLOCK_BYTES = 64 * 1024;
/** One for each file that is unpacked at the same time, and some for the directory. */
const KEPT_BLOCKS = 16;

interface Block {
  readonly index: number;
  readonly bytes: Promise<Buffer>;
}

/**
 * Reads an archive that does not change, in blocks of which a few are kept: an archive of many small files is read piece by
 * piece in about the order of its bytes.
 */
export class ArchiveReader {
  readonly #file: FileHandle;
  readonly bytes: number;
  /** The last one was used last. */
  #blocks: readonly Block[] = [];

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.bytes = bytes;
  }

  static async of(file: FileHandle): Promise<ArchiveReader> {
    return new ArchiveReader(file, (await file.stat()).size);
  }

  /** How many bytes were read: less than the buffer holds at the end of the archive only. */
  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const at = position + done;
      const block = await this.#block(Math.floor(at / BLOCK_BYTES));
      const read = block.copy(into, done, at % BLOCK_BYTES);
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  /** Throws `ArtifactError` when the archive ends before. */
  async readFully(into: Uint8Array, position: number): Promise<void> {
    if ((await this.read(into, position)) < into.length) {
      throw new ArtifactError('truncated', 'the archive ends too early');
    }
  }

  #block(index: number): Promise<Buffer> {
    const block = this.#blocks.find((one) => one.index === index) ?? { index, bytes: this.#load(index) };
    if (block !== this.#blocks.at(-1)) {
      this.#blocks = [...this.#blocks.filter((one) => one !== block), block].slice(-KEPT_BLOCKS);
    }
    return block.bytes;
  }

  async #load(index: number): Promise<Buffer> {
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    let done = 0;
    while (done < block.length) {
      const { bytesRead } = await this.#file.read(block, done, block.length - done, index * BLOCK_BYTES + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return block.subarray(0, done);
  }
}

/** The same for yauzl. */
export class YauzlReader extends RandomAccessReader {
  readonly #reader: ArchiveReader;

  constructor(reader: ArchiveReader) {
    super();
    this.#reader = reader;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#reader.read(buffer.subarray(offset, offset + length), position).then(
      (read) => callback(null, read),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  }
}
