import type { ServerResponse } from 'node:http';
import type { StreamHead } from '@funcgraph/runtimes';
import type { ResponseSink } from '../../invocation/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { goneSignal } from './gone-signal.ts';

/** Status line and headers, names and values in turns. */
export interface ResponseHead {
  readonly statusCode: number;
  readonly headers: readonly string[];
}

interface ResponseStreamOptions {
  readonly clock: Clock;
  /** Makes the head of the answer from that of the function. Throws PlatformError for an invalid head. */
  readonly shape: (head: StreamHead) => ResponseHead;
  /** Another reason for which the answer has no reader. */
  readonly unwanted?: AbortSignal | undefined;
}

/** How long a client may leave all available bytes unread. */
const STALLED_MS = 60_000;

/** An answer that goes out while the function still runs. Buffers at most the bytes that the sender has credit for. */
export class ResponseStream implements ResponseSink {
  readonly gone: AbortSignal;
  readonly #response: ServerResponse;
  readonly #options: ResponseStreamOptions;
  #pending = 0;
  #takenAt = 0;
  #watch: Timer | undefined;

  constructor(response: ServerResponse, options: ResponseStreamOptions) {
    this.#response = response;
    this.#options = options;
    const { unwanted } = options;
    const gone = goneSignal(response);
    this.gone = unwanted === undefined ? gone : AbortSignal.any([gone, unwanted]);
    response.once('close', () => this.#watch?.cancel());
  }

  begin(head: StreamHead): void {
    const { statusCode, headers } = this.#options.shape(head);
    this.#response.writeHead(statusCode, [...headers]);
  }

  flush(): void {
    this.#response.flushHeaders();
  }

  write(piece: Buffer, taken: () => void): void {
    const { clock } = this.#options;
    if (this.#pending === 0) this.#takenAt = clock.monotonic();
    this.#pending += 1;
    this.#watch ??= clock.after(STALLED_MS, () => this.#look());
    this.#response.write(piece, () => {
      this.#pending -= 1;
      this.#takenAt = clock.monotonic();
      taken();
    });
  }

  /** The answer is complete. Trailers reach clients that speak HTTP/1.1. */
  end(trailers: Readonly<Record<string, string>> = {}): void {
    this.#watch?.cancel();
    this.#response.addTrailers(trailers);
    this.#response.end();
  }

  /** The answer is cut off: the client must see that it is not complete. */
  cut(): void {
    this.#response.destroy();
  }

  /** One timer at a time, for any number of pieces. */
  #look(): void {
    const { clock } = this.#options;
    const left = this.#pending === 0 ? STALLED_MS : this.#takenAt + STALLED_MS - clock.monotonic();
    if (left <= 0) this.cut();
    else this.#watch = clock.after(left, () => this.#look());
  }
}
