import type { Clock } from '../../lib/clock.ts';
import type { BodySource } from '../runtime-link/index.ts';

/** The body of a request, and which side must act next: the client to send or the function to read. */
export class StreamedBody implements BodySource {
  readonly #source: BodySource;
  readonly #clock: Clock;
  /** Monotonic ms when the function last received data. */
  progressAt: number;
  /** The function has room and waits for data of the client. */
  isAwaited = false;

  constructor(source: BodySource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.progressAt = clock.monotonic();
  }

  get length(): number | undefined {
    return this.#source.length;
  }

  get ended(): boolean {
    return this.#source.ended;
  }

  open(onMore: () => void): void {
    this.#source.open(onMore);
  }

  take(maxBytes: number): Buffer | undefined {
    const wasAwaited = this.isAwaited;
    const piece = this.#source.take(maxBytes);
    this.isAwaited = piece === undefined && !this.#source.ended;
    if (piece !== undefined || (wasAwaited && !this.isAwaited)) this.progressAt = this.#clock.monotonic();
    return piece;
  }
}
