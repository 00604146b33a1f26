import { MAX_BODY_BYTES, MAX_HEADER_BYTES } from '@funcgraph/runtimes';

/** The peer broke the protocol; an instance that does is killed, not believed. */
export class LinkViolation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LinkViolation';
  }
}

const PREFIX_BYTES = 8;

/** Cuts a byte stream into frames. Holds at most one unfinished frame; copies a body at most once. */
export class FrameDecoder {
  readonly #onFrame: (header: Buffer, body: Buffer) => void;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Bytes needed before it is worth looking again. */
  #wanted = PREFIX_BYTES;

  constructor(onFrame: (header: Buffer, body: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Throws LinkViolation when a length is over its limit; the decoder must not be used after that. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#wanted) return;
    let data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#wanted = PREFIX_BYTES;
    while (data.length >= PREFIX_BYTES) {
      const headerLength = data.readUInt32BE(0);
      const bodyLength = data.readUInt32BE(4);
      if (headerLength > MAX_HEADER_BYTES) throw new LinkViolation(`header of ${headerLength} bytes`);
      if (bodyLength > MAX_BODY_BYTES) throw new LinkViolation(`body of ${bodyLength} bytes`);
      const end = PREFIX_BYTES + headerLength + bodyLength;
      if (data.length < end) {
        this.#wanted = end;
        break;
      }
      this.#onFrame(
        data.subarray(PREFIX_BYTES, PREFIX_BYTES + headerLength),
        data.subarray(PREFIX_BYTES + headerLength, end),
      );
      data = data.subarray(end);
    }
    if (data.length > 0) this.#chunks.push(data);
    this.#buffered = data.length;
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
