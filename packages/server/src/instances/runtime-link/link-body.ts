import { CHUNK_COST_BYTES, MAX_CHUNK_BYTES, STREAM_WINDOW_BYTES } from '@funcgraph/runtimes';
import { LinkViolation } from './frame-decoder.ts';

/** Gives the body of one request as it arrives. Whoever reads takes no more than it has room for. */
export interface BodySource {
  /** Bytes of the whole body, when the client said so before. */
  readonly length?: number | undefined;
  /** All was taken, and nothing more comes. */
  readonly ended: boolean;
  /** At most `maxBytes` of what is there, never none; undefined when nothing is there now. */
  take(maxBytes: number): Buffer | undefined;
  /** Lets the body come. `onMore` is called, never from within `take`, when there may be more or the end. Once. */
  open(onMore: () => void): void;
}

const EMPTY = Buffer.alloc(0);

/** The body of one request on its way to the instance: sends what the instance has given credit for, and no byte more. */
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

  /** Throws LinkViolation for credit that nothing was sent for: it would let the instance's own queue have no bound. */
  grant(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes <= 0) throw new LinkViolation('credit that is no number of bytes');
    if (this.#credit + bytes > STREAM_WINDOW_BYTES) throw new LinkViolation('more credit than was spent');
    this.#credit += bytes;
    this.#pump();
  }

  /** Sends nothing more: the request is over, or nobody waits for it. */
  stop(): void {
    this.#over = true;
  }

  #pump(): void {
    while (!this.#over) {
      const room = Math.min(this.#credit - CHUNK_COST_BYTES, MAX_CHUNK_BYTES);
      if (room <= 0) return;
      const piece = this.#source.take(room);
      // Taking may have told that there is too much of it.
      if (this.#over) return;
      const last = this.#source.ended;
      if (piece === undefined && !last) return;
      this.#over = last;
      this.#credit -= (piece?.length ?? 0) + CHUNK_COST_BYTES;
      this.#send(piece ?? EMPTY, last);
    }
  }
}
