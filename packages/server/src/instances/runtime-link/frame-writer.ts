import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { InvokeFrame } from '@funcgraph/runtimes';
import { encodeFrameHead } from './frame-decoder.ts';
import { InvokeHead } from './invoke-head.ts';

/** A longer body is written after its header instead of copied. */
const COPY_BELOW_BYTES = 16 * 1024;
const EMPTY = Buffer.alloc(0);

/** Encodes frames and writes them to the socket of an instance, in the order of the calls. */
export class FrameWriter {
  readonly #socket: Socket;
  readonly #invokeHead = new InvokeHead();
  /** Frames that leave together at the end of this turn of the loop. */
  #outbox: Buffer[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(frame: object, body: Buffer = EMPTY): void {
    const head = encodeFrameHead(frame, body.length);
    this.#write(body.length === 0 || body.length > COPY_BELOW_BYTES ? head : Buffer.concat([head, body]), body);
  }

  /** `waits`: it may leave at the end of this turn, together with others. */
  invoke(frame: InvokeFrame, event: Buffer, waits: boolean): void {
    const bytes = this.#invokeHead.encode(frame, event, COPY_BELOW_BYTES);
    if (!waits || event.length > COPY_BELOW_BYTES) this.#write(bytes, event);
    else if (this.#outbox.push(bytes) === 1) setImmediate(() => this.#flush());
  }

  /** The link has ended: nothing more is written. */
  close(): void {
    this.#outbox = [];
  }

  /** `start`: the frame, without a body that is too long to be copied. */
  #write(start: Buffer, body: Buffer): void {
    if (this.#outbox.length > 0) this.#flush();
    if (body.length <= COPY_BELOW_BYTES) {
      this.#writeNow(start);
      return;
    }
    this.#socket.cork();
    this.#socket.write(start);
    this.#socket.write(body);
    this.#socket.uncork();
  }

  #flush(): void {
    const frames = this.#outbox;
    this.#outbox = [];
    const [first] = frames;
    if (first !== undefined) this.#writeNow(frames.length === 1 ? first : Buffer.concat(frames));
  }

  /**
   * Writes without the stream where the socket takes it: an error of a stream would close it with what the instance wrote
   * last unread, and only that tells which requests ran. The end of the instance is seen where its link is read.
   */
  #writeNow(bytes: Buffer): void {
    const written = this.#socket.writableLength > 0 ? 0 : writeTo(descriptorOf(this.#socket), bytes);
    if (written < bytes.length) this.#socket.write(written === 0 ? bytes : bytes.subarray(written));
  }
}

/** Of the open socket; −1 when it has none. */
function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd ?? -1;
}

/** Returns how many bytes are written: all of them for a closed connection, which takes none. */
function writeTo(descriptor: number, bytes: Buffer): number {
  if (descriptor < 0) return 0;
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
    return isFull ? 0 : bytes.length;
  }
}
