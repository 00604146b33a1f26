const EMPTY = Buffer.alloc(0);
/** Pieces below this are copied together: thousands of single bytes would take a hundred times their size. */
const SMALL_PIECE_BYTES = 4 * 1024;
const BLOCK_BYTES = 16 * 1024;

/** Puts the pieces of a body together. */
export class Collector {
  readonly #pieces: Buffer[] = [];
  #block = EMPTY;
  #filled = 0;

  push(piece: Buffer): undefined {
    if (piece.length >= SMALL_PIECE_BYTES || this.#isFirst()) {
      this.#closeBlock();
      this.#pieces.push(piece);
      return;
    }
    if (this.#block.length - this.#filled < piece.length) {
      this.#closeBlock();
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    }
    this.#filled += piece.copy(this.#block, this.#filled);
  }

  whole(): Buffer {
    this.#closeBlock();
    const [first] = this.#pieces;
    return first === undefined ? EMPTY : this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
  }

  /** Most bodies come in one piece, which is used without a copy. */
  #isFirst(): boolean {
    return this.#pieces.length === 0 && this.#filled === 0;
  }

  #closeBlock(): void {
    if (this.#filled > 0) this.#pieces.push(this.#block.subarray(0, this.#filled));
    this.#block = EMPTY;
    this.#filled = 0;
  }
}
