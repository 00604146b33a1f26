import { type FileHandle, open } from 'node:fs/promises';

/** Part of a file. */
export interface Piece {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

const CHUNK_BYTES = 256 * 1024;

/** Bytes of files one after another. The first file is open, so that a missing one is found before an answer begins. */
export async function readPieces(pieces: readonly Piece[]): Promise<AsyncIterable<Uint8Array>> {
  const reader = new PieceReader(pieces.filter(({ length }) => length > 0));
  await reader.open();
  return reader;
}

/** Not a generator: returning from one that was not begun would leave its file open. */
class PieceReader implements AsyncIterableIterator<Uint8Array> {
  readonly #pieces: Piece[];
  #file: FileHandle | undefined;

  constructor(pieces: Piece[]) {
    this.#pieces = pieces;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async open(): Promise<void> {
    const [piece] = this.#pieces;
    if (piece !== undefined) this.#file ??= await open(piece.path, 'r');
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      await this.open();
      const [piece] = this.#pieces;
      if (piece === undefined || this.#file === undefined) return { done: true, value: undefined };
      const buffer = Buffer.allocUnsafe(Math.min(piece.length, CHUNK_BYTES));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, piece.offset);
      if (bytesRead === 0) throw new Error(`${piece.path} is shorter than it was`);
      await this.#advance(piece, bytesRead);
      return { done: false, value: buffer.subarray(0, bytesRead) };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#pieces.length = 0;
    await this.#close();
    return { done: true, value: undefined };
  }

  async #advance({ path, offset, length }: Piece, bytes: number): Promise<void> {
    if (bytes < length) {
      this.#pieces[0] = { path, offset: offset + bytes, length: length - bytes };
      return;
    }
    this.#pieces.shift();
    await this.#close();
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
