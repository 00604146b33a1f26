import { MAX_BODY_BYTES, MAX_HEADER_BYTES } from '@funcgraph/runtimes';

/** The peer violated the protocol; its instance is killed. */
export class LinkViolation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LinkViolation';
  }
}

export const PREFIX_BYTES = 8;
/** Smaller chunks are collected in blocks: each separate chunk takes about 100 bytes besides its content. */
const GATHER_BELOW_BYTES = 8 * 1024;
const LEAST_BLOCK_BYTES = 512;
const MOST_BLOCK_BYTES = 64 * 1024;

/**
 * Splits a byte stream into frames. Holds at most one unfinished frame, in memory of about the size of the bytes
 * received, for any announced length and any size of the pieces. Copies the body of a frame at most twice.
 */
export class FrameDecoder {
  readonly #onFrame: (header: Buffer, body: Buffer) => void;
  #chunks: Buffer[] = [];
  /** The last of the chunks while it has room for more. */
  #block: Buffer | undefined;
  #blockUsed = 0;
  #buffered = 0;
  /** Bytes needed before the next parse. */
  #needed = PREFIX_BYTES;
  #frames = 0;

  constructor(onFrame: (header: Buffer, body: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Bytes of the unfinished frame. */
  get heldBytes(): number {
    return this.#buffered;
  }

  /** Number of frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Throws LinkViolation when a length is over its limit; the decoder must not be used after that. */
  push(chunk: Buffer): void {
    const wasEmpty = this.#buffered === 0;
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) {
      this.#keep(chunk);
      return;
    }
    let data = wasEmpty ? chunk : Buffer.concat([...this.#takeChunks(), chunk]);
    this.#needed = PREFIX_BYTES;
    while (data.length >= PREFIX_BYTES) {
      const headerLength = data.readUInt32BE(0);
      const bodyLength = data.readUInt32BE(4);
      if (headerLength > MAX_HEADER_BYTES) throw new LinkViolation(`header of ${headerLength} bytes`);
      if (bodyLength > MAX_BODY_BYTES) throw new LinkViolation(`body of ${bodyLength} bytes`);
      const end = PREFIX_BYTES + headerLength + bodyLength;
      if (data.length < end) {
        this.#needed = end;
        break;
      }
      this.#frames += 1;
      this.#onFrame(
        data.subarray(PREFIX_BYTES, PREFIX_BYTES + headerLength),
        data.subarray(PREFIX_BYTES + headerLength, end),
      );
      data = data.subarray(end);
    }
    this.#buffered = data.length;
    if (data.length > 0) this.#keep(data);
  }

  #keep(chunk: Buffer): void {
    if (chunk.length >= GATHER_BELOW_BYTES) {
      this.#closeBlock();
      this.#chunks.push(chunk);
      return;
    }
    if (this.#block === undefined || this.#block.length - this.#blockUsed < chunk.length) {
      this.#closeBlock();
      // As large as the bytes before it: the memory grows with the data received.
      const size = Math.min(Math.max(this.#buffered, LEAST_BLOCK_BYTES, chunk.length), MOST_BLOCK_BYTES);
      this.#block = Buffer.allocUnsafeSlow(size);
    }
    chunk.copy(this.#block, this.#blockUsed);
    this.#blockUsed += chunk.length;
  }

  #closeBlock(): void {
    if (this.#block !== undefined) this.#chunks.push(this.#block.subarray(0, this.#blockUsed));
    this.#block = undefined;
    this.#blockUsed = 0;
  }

  #takeChunks(): Buffer[] {
    this.#closeBlock();
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }
}

/** Prefix and header of a frame; the body is written after it, uncopied. */
export function encodeFrameHead(header: object, bodyLength: number): Buffer {
  const json = JSON.stringify(header);
  const length = Buffer.byteLength(json);
  const head = Buffer.allocUnsafe(PREFIX_BYTES + length);
  head.writeUInt32BE(length, 0);
  head.writeUInt32BE(bodyLength, 4);
  head.write(json, PREFIX_BYTES);
  return head;
}
