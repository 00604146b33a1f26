import { LIMITS } from '@funcgraph/api';
import type { StreamHead } from '@funcgraph/runtimes';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ChunkReceiver } from '../runtime-link/index.ts';
import { cancelledFailure, type Failure, invalidHeadFailure, streamTooLargeFailure } from './failure.ts';
import type { StreamedBody } from './streamed-body.ts';

/** Receives the pieces of an answer while the function still runs. */
export interface ResponseSink {
  /** Called once, before the first piece. Throws PlatformError for an invalid head. */
  begin(head: StreamHead): void;
  /** Sends the head before the first piece. */
  flush(): void;
  /** Calls `taken` once, when the piece is no longer in memory. Never throws; may be called after `gone`. */
  write(piece: Buffer, taken: () => void): void;
  /** Aborts when the client has disconnected. */
  readonly gone: AbortSignal;
}

/** Longest stream of one request; the function's own timeout applies between two pieces. */
const TOTAL_MS = LIMITS.timeoutSeconds.max * 1000;

/**
 * State of a streamed answer, between link and sink. After the client has disconnected, pieces are discarded and count
 * as taken, so that the function can finish.
 */
export class StreamedAnswer implements ChunkReceiver {
  readonly #sink: ResponseSink;
  readonly #clock: Clock;
  readonly #body: StreamedBody | undefined;
  readonly #began: number;
  readonly #onGone = (): void => this.#stop(cancelledFailure());
  #onStop: () => void = () => {};
  /** Time of the last progress of the function or the client. */
  #progressAt: number;
  #outstanding = 0;
  /** Whether the client has received the beginning: from then on a failure cannot be reported to it. */
  begun = false;
  /** Bytes passed to the client. */
  bytes = 0;
  /** Why the stream was stopped; becomes the failure of this request, however it ends. */
  stopped: Failure | undefined;

  constructor(sink: ResponseSink, clock: Clock, body?: StreamedBody) {
    this.#sink = sink;
    this.#clock = clock;
    this.#body = body;
    this.#began = clock.monotonic();
    this.#progressAt = this.#began;
    sink.gone.addEventListener('abort', this.#onGone, { once: true });
  }

  /** `onStop` is called at most once, when the function should finish; immediately if that is already so. */
  watch(onStop: () => void): void {
    this.#onStop = onStop;
    if (this.#sink.gone.aborted) this.#onGone();
    else if (this.stopped !== undefined) onStop();
  }

  /** No more pieces come. */
  close(): void {
    this.#onStop = () => {};
    this.#sink.gone.removeEventListener('abort', this.#onGone);
  }

  chunk(head: StreamHead | undefined, piece: Buffer, taken: () => void): void {
    this.#progressAt = this.#clock.monotonic();
    if (this.stopped !== undefined || !this.#begin(head) || !this.#fits(piece)) {
      taken();
      return;
    }
    if (piece.length === 0) {
      this.#sink.flush();
      taken();
      return;
    }
    this.#outstanding += 1;
    this.#sink.write(piece, () => {
      this.#outstanding -= 1;
      this.#progressAt = this.#clock.monotonic();
      taken();
    });
  }

  /**
   * Remaining time of the function in ms; 0 when it is over. Time in which the client has not taken available pieces,
   * or has not sent data that the function waits for, does not count.
   */
  leftMs(idleMs: number): number {
    const now = this.#clock.monotonic();
    const total = this.#began + TOTAL_MS - now;
    const progressAt = Math.max(this.#progressAt, this.#body?.progressAt ?? this.#progressAt);
    const clientIsSlow = this.#outstanding > 0 || this.#body?.isAwaited === true;
    const idle = clientIsSlow ? idleMs : progressAt + idleMs - now;
    return Math.max(Math.min(total, idle), 0);
  }

  #begin(head: StreamHead | undefined): boolean {
    if (this.begun) return true;
    try {
      this.#sink.begin(head ?? {});
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      this.#stop(invalidHeadFailure(error.message));
      return false;
    }
    this.begun = true;
    return true;
  }

  #fits(piece: Buffer): boolean {
    if (this.bytes + piece.length > LIMITS.streamBytes) {
      this.#stop(streamTooLargeFailure(LIMITS.streamBytes));
      return false;
    }
    this.bytes += piece.length;
    return true;
  }

  #stop(failure: Failure): void {
    if (this.stopped !== undefined) return;
    this.stopped = failure;
    this.#onStop();
  }
}
