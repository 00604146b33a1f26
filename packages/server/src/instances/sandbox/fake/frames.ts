import { MAX_BODY_BYTES, MAX_HEADER_BYTES } from '@funcgraph/runtimes';

export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** Encodes a frame: two big-endian lengths, JSON header, raw body. */
export function encodeFrame(header: object, body: Uint8Array = new Uint8Array()): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(json.length, 0);
  lengths.writeUInt32BE(body.length, 4);
  return Buffer.concat([lengths, json, body]);
}

/**
 * Splits a byte stream into frames. Throws on a frame over the protocol's limits or a header that is no JSON object.
 */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    while (this.#pending.length >= 8) {
      const headerLength = this.#pending.readUInt32BE(0);
      const bodyLength = this.#pending.readUInt32BE(4);
      if (headerLength > MAX_HEADER_BYTES || bodyLength > MAX_BODY_BYTES) throw new Error('frame exceeds its bound');
      const end = 8 + headerLength + bodyLength;
      if (this.#pending.length < end) break;
      const header: unknown = JSON.parse(this.#pending.toString('utf8', 8, 8 + headerLength));
      if (typeof header !== 'object' || header === null) throw new Error('frame header is not an object');
      frames.push({ header: { ...header }, body: this.#pending.subarray(8 + headerLength, end) });
      this.#pending = this.#pending.subarray(end);
    }
    return frames;
  }
}
