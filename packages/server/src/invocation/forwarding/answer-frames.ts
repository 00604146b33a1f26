import { LIMITS } from '@funcgraph/api';
import { MAX_CHUNK_BYTES, MAX_HEADER_BYTES, type StreamHead } from '@funcgraph/runtimes';

/** The answer of the second node is a sequence of frames: a type, the number of bytes, the bytes. */
const HEAD = 1;
const FLUSH = 2;
const PIECE = 3;
const RESULT = 4;
const FRAME_BYTES = 5;
/** Of a result besides its payload: the receipt, the end of the log, texts of errors. */
const MAX_RESULT_HEAD_BYTES = 128 * 1024;
const MAX_FRAME_BYTES = Math.max(
  LIMITS.resultBytes + LIMITS.sizeToleranceBytes + MAX_HEADER_BYTES + MAX_RESULT_HEAD_BYTES,
  MAX_CHUNK_BYTES,
  4 * MAX_HEADER_BYTES,
);
const NOTHING = Buffer.alloc(0);

export type AnswerFrame =
  | { readonly kind: 'head'; readonly head: StreamHead }
  | { readonly kind: 'flush' }
  | { readonly kind: 'piece'; readonly piece: Buffer }
  /** The last frame. */
  | { readonly kind: 'result'; readonly result: unknown; readonly payload: Buffer };

function frame(type: number, ...parts: readonly Buffer[]): Buffer {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const start = Buffer.allocUnsafe(FRAME_BYTES);
  start.writeUInt8(type, 0);
  start.writeUInt32BE(bytes, 1);
  return Buffer.concat([start, ...parts], FRAME_BYTES + bytes);
}

export const headFrame = (head: StreamHead): Buffer => frame(HEAD, Buffer.from(JSON.stringify(head)));
export const flushFrame = (): Buffer => frame(FLUSH);
export const pieceFrame = (piece: Buffer): Buffer => frame(PIECE, piece);

export function resultFrame(result: object, payload: Buffer): Buffer {
  const head = Buffer.from(JSON.stringify(result));
  const headBytes = Buffer.allocUnsafe(4);
  headBytes.writeUInt32BE(head.length, 0);
  return frame(RESULT, headBytes, head, payload);
}

/** Bytes that are no frame of this form. */
export class BrokenFrame extends Error {}

/** Puts frames together from the pieces in which they arrive. Holds at most one frame and one piece. */
export class FrameReader {
  #parts: Buffer[] = [];
  #bytes = 0;
  /** Bytes of the frame that begins the parts; 0 while unknown. */
  #needed = 0;

  /** The frames that are complete now. Throws `BrokenFrame`. */
  *read(piece: Buffer): Generator<AnswerFrame> {
    this.#parts.push(piece);
    this.#bytes += piece.length;
    while (this.#bytes >= Math.max(this.#needed, FRAME_BYTES)) {
      const [first = NOTHING] = this.#parts;
      const all = this.#parts.length === 1 ? first : Buffer.concat(this.#parts, this.#bytes);
      this.#parts = [all];
      const bytes = all.readUInt32BE(1);
      if (bytes > MAX_FRAME_BYTES) throw new BrokenFrame(`a frame of ${bytes} bytes`);
      this.#needed = FRAME_BYTES + bytes;
      if (all.length < this.#needed) return;
      const rest = all.subarray(this.#needed);
      const body = all.subarray(FRAME_BYTES, this.#needed);
      this.#parts = rest.length === 0 ? [] : [rest];
      this.#bytes = rest.length;
      this.#needed = 0;
      yield decode(all.readUInt8(0), body);
    }
  }
}

function decode(type: number, body: Buffer): AnswerFrame {
  switch (type) {
    case HEAD:
      return { kind: 'head', head: json(body) as StreamHead };
    case FLUSH:
      return { kind: 'flush' };
    case PIECE:
      return { kind: 'piece', piece: body };
    case RESULT: {
      const headBytes = body.length < 4 ? Number.POSITIVE_INFINITY : body.readUInt32BE(0);
      if (4 + headBytes > body.length) throw new BrokenFrame('a result without its head');
      return { kind: 'result', result: json(body.subarray(4, 4 + headBytes)), payload: body.subarray(4 + headBytes) };
    }
    default:
      throw new BrokenFrame(`a frame of type ${type}`);
  }
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new BrokenFrame('a frame that is no JSON', { cause });
  }
}
