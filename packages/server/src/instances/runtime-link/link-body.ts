import { CHUNK_COST_BYTES, MAX_CHUNK_BYTES, STREAM_WINDOW_BYTES } from '@funcgraph/runtimes';
import { LinkViolation } from './frame-decoder.ts';

/** Supplies the body of one request as it arrives. The reader takes no more than it has room for. */
export interface BodySource {
  /** Bytes of the whole body, if the client announced them. */
  readonly length?: number | undefined;
  /** All was taken, and no more data comes. */
  readonly ended: boolean;
  /** At most `maxBytes` of the available data, never empty; undefined when none is available now. */
  take(maxBytes: number): Buffer | undefined;
  /**
   * Starts the body. `onMore` is called, never from within `take`, when data or the end may be available. Call once.
   */
  open(onMore: () => void): void;
}

const EMPTY = Buffer.alloc(0);

/** Sends the body of one request to the instance, within the credit that the instance has granted. */
export class LinkBody {
  readonly #source: BodySource;
  readonly #send: (piece: Buffer, last: boolean) => void;
  #credit = STREAM_WINDOW_BYTES;
  #over = false;

  constructor(source: BodySource, send: (piece: Buffer, last: boolean) => void) {
    this.#source = source;
    this.#send = send;
  }

  start(): void {
    this.#source.open(() => this.#pump());
    this.#pump();
  }

  /** Throws LinkViolation for more credit than was used: it would allow an unlimited queue in the instance. */
  grant(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes <= 0) throw new LinkViolation('credit that is no number of bytes');
    if (this.#credit + bytes > STREAM_WINDOW_BYTES) throw new LinkViolation('more credit than was spent');
    this.#credit += bytes;
    this.#pump();
  }

  /** Sends no more: the request has ended or was cancelled. */
  stop(): void {
    this.#over = true;
  }

  #pump(): void {
    while (!this.#over) {
      const room = Math.min(this.#credit - CHUNK_COST_BYTES, MAX_CHUNK_BYTES);
      if (room <= 0) return;
      const piece = this.#source.take(room);
      // The take may have found that the body is too large.
      if (this.#over) return;
      const last = this.#source.ended;
      if (piece === undefined && !last) return;
      this.#over = last;
      this.#credit -= (piece?.length ?? 0) + CHUNK_COST_BYTES;
      this.#send(piece ?? EMPTY, last);
    }
  }
}
