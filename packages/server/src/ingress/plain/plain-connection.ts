import type { Socket } from 'node:net';
import { PlainAnswer } from './plain-answer.ts';
import { PlainRequest, readPlain } from './plain-request.ts';

export interface PlainConnectionOptions {
  readonly keepAliveMs: number;
  readonly stalledMs: number;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Never rejects. Undefined: `node:http` serves this request, and the answer is not used. */
  readonly serve: (request: PlainRequest, answer: PlainAnswer) => Promise<void> | undefined;
  /** Gives the connection and the bytes that were read from it to `node:http`, for good. */
  readonly handOver: (socket: Socket, bytes: Buffer) => void;
}

/**
 * One connection while its requests are plain, one at a time. What a client sends before it has its answer waits in
 * the connection, so that a client holds no more than one piece here.
 */
export class PlainConnection {
  readonly #socket: Socket;
  readonly #options: PlainConnectionOptions;
  /** Of the request that has no answer yet. */
  #answer: PlainAnswer | undefined;
  /** Bytes behind the request that is being answered. */
  #held: Buffer | undefined;
  #hasServed = false;
  /** Monotonic ms since when the client owes a request. */
  #since: number;

  constructor(socket: Socket, options: PlainConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#since = options.now();
    socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError);
    socket.once('close', () => this.#answer?.close());
  }

  /** Whether the first request was answered. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  /** Whether the connection waits for a request, though not for its first one. */
  get isIdle(): boolean {
    return this.#hasServed && this.#answer === undefined && this.#held === undefined;
  }

  /** How long the first request has not come in full, in ms; 0 for a connection that had one. */
  headMs(now: number): number {
    return this.#hasServed || this.#answer !== undefined ? 0 : now - this.#since;
  }

  idleMs(now: number): number {
    return this.isIdle ? now - this.#since : 0;
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#answer === undefined && this.#held === undefined) {
      this.#take(bytes);
      return;
    }
    this.#hold(this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]));
  };

  readonly #onEnd = (): void => {
    // As node:http: a client that closes its side leaves.
    if (this.#answer === undefined) this.#socket.end();
    else this.#socket.destroy();
  };

  readonly #onError = (): void => void this.#socket.destroy();

  #hold(bytes: Buffer): void {
    this.#held = bytes;
    this.#socket.pause();
  }

  #take(bytes: Buffer): void {
    const parts = readPlain(bytes);
    if (parts === undefined) {
      this.#handOver(bytes);
      return;
    }
    const { keepAliveMs, stalledMs, serve } = this.#options;
    if (parts.length < bytes.length) this.#hold(bytes.subarray(parts.length));
    const request = new PlainRequest(parts, this.#socket);
    const answer = new PlainAnswer(request, { keepAliveMs, stalledMs, onDone: this.#onDone });
    this.#answer = answer;
    const serving = serve(request, answer);
    if (serving === undefined) this.#handOver(bytes);
  }

  readonly #onDone = (): void => {
    this.#answer = undefined;
    this.#hasServed = true;
    this.#since = this.#options.now();
    // Others have their turn between two requests of one client.
    if (this.#held !== undefined) setImmediate(this.#takeHeld);
  };

  readonly #takeHeld = (): void => {
    const bytes = this.#held;
    if (bytes === undefined || this.#socket.destroyed) return;
    this.#held = undefined;
    this.#take(bytes);
    if (this.#held === undefined) this.#socket.resume();
  };

  #handOver(bytes: Buffer): void {
    const socket = this.#socket;
    this.#answer = undefined;
    this.#held = undefined;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError);
    this.#options.handOver(socket, bytes);
  }
}
