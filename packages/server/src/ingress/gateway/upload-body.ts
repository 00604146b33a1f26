import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodySource } from '../../invocation/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { PlatformError } from '../../lib/platform-error.ts';
import { eventTooLarge } from '../bodies/read-body.ts';
import { UploadWatch } from '../bodies/upload-watch.ts';

interface UploadOptions {
  readonly clock: Clock;
  readonly limitBytes: number;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
}

/** How long a client may send nothing while the function waits for more. */
const STALLED_MS = 60_000;
/** How long the unused rest of a body is read, so that its client receives the answer. */
const DISCARD_MS = 60_000;

/** The body of a request that is streamed to the function. Holds no more than the connection's own buffer. */
export class UploadBody implements BodySource {
  readonly length: number | undefined;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: UploadOptions;
  readonly #refused = new AbortController();
  #refusal: PlatformError | undefined;
  #bytes = 0;
  #ended = false;
  /** Monotonic ms since when more data is awaited; undefined while no reader waits. */
  #awaitedSince: number | undefined;
  #watch: Timer | undefined;
  #onMore = (): void => {};
  readonly #look = (): void => this.#onMore();
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#onMore();
  };

  /** Throws `event_too_large` when the declared length is over the limit. */
  constructor(request: IncomingMessage, response: ServerResponse, options: UploadOptions) {
    const declared = request.headers['content-length'];
    if (Number(declared ?? 0) > options.limitBytes) throw eventTooLarge(options.limitBytes);
    this.length = declared === undefined ? undefined : Number(declared);
    this.#request = request;
    this.#response = response;
    this.#options = options;
    if (!response.shouldKeepAlive && request.httpVersionMinor === 1) this.#closeLate();
  }

  /** Aborts when the client sends more than allowed. */
  get refused(): AbortSignal {
    return this.#refused.signal;
  }

  /** The error for the client in that case. */
  get refusal(): PlatformError | undefined {
    return this.#refusal;
  }

  get ended(): boolean {
    return this.#ended;
  }

  open(onMore: () => void): void {
    this.#onMore = onMore;
    this.#request.on('readable', this.#look);
    this.#request.once('end', this.#onEnd);
    this.#response.once('close', () => this.#watch?.cancel());
    if (this.#options.expectsContinue && !this.#response.destroyed) this.#response.writeContinue();
  }

  take(maxBytes: number): Buffer | undefined {
    const { clock, limitBytes } = this.#options;
    // Reading an empty chunk asks the stream for more.
    const piece = this.#request.read(Math.min(maxBytes, this.#request.readableLength)) as Buffer | null;
    if (piece === null) {
      this.#awaitedSince ??= clock.monotonic();
      this.#watch ??= clock.after(STALLED_MS, () => this.#lookForClient());
      return undefined;
    }
    this.#awaitedSince = undefined;
    this.#bytes += piece.length;
    if (this.#bytes <= limitBytes) return piece;
    this.#refusal = eventTooLarge(limitBytes);
    this.#refused.abort(this.#refusal);
    return undefined;
  }

  /** The request is over, with any result: the rest is read and discarded for a while. Idempotent. */
  discard(): void {
    const { clock } = this.#options;
    this.#onMore = () => {};
    this.#watch?.cancel();
    this.#request.off('readable', this.#look);
    if (this.#request.destroyed || this.#request.readableEnded) return;
    new UploadWatch(this.#request, clock, DISCARD_MS);
    this.#request.resume();
  }

  /**
   * Closing a connection with unread bytes resets it, and its client may never see an early answer: a connection that
   * must not stay open is closed when both answer and body are complete.
   */
  #closeLate(): void {
    this.#response.shouldKeepAlive = true;
    this.#response.once('finish', () => {
      const close = (): void => this.#request.socket.destroySoon();
      if (this.#request.readableEnded) close();
      else this.#request.once('end', close);
    });
  }

  /** One timer at a time, for any number of pieces. */
  #lookForClient(): void {
    const { clock } = this.#options;
    const waited = this.#awaitedSince === undefined ? 0 : clock.monotonic() - this.#awaitedSince;
    if (waited >= STALLED_MS && !this.#ended) this.#response.destroy();
    else if (!this.#ended) this.#watch = clock.after(STALLED_MS - waited, () => this.#lookForClient());
  }
}
