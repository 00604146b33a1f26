import { CHUNK_COST_BYTES, MAX_CHUNK_BYTES, STREAM_WINDOW_BYTES, type StreamHead } from '@funcgraph/runtimes';
import { LinkViolation } from './frame-decoder.ts';

/** Receives the pieces of one answer as they arrive. */
export interface ChunkReceiver {
  /** `head` may come with the first piece only. `taken` must be called once, when the piece is no longer in memory. */
  chunk(head: StreamHead | undefined, piece: Buffer, taken: () => void): void;
}

/** Small pieces are copied: a view would keep its whole receive buffer alive. */
const COPY_BELOW_BYTES = 16 * 1024;
/** Credit is returned in portions, so that small pieces do not cause a frame each. */
const PORTION_BYTES = STREAM_WINDOW_BYTES / 4;

/** The chunks of one request: their cost, and the return of credit to the instance. */
export class LinkStream {
  readonly #receiver: ChunkReceiver;
  readonly #giveCredit: (bytes: number) => void;
  #credit = STREAM_WINDOW_BYTES;
  #owed = 0;
  #begun = false;

  constructor(receiver: ChunkReceiver, giveCredit: (bytes: number) => void) {
    this.#receiver = receiver;
    this.#giveCredit = giveCredit;
  }

  /** Throws LinkViolation for a chunk that is too large, exceeds the credit, or has a head after the first. */
  receive(head: StreamHead | undefined, body: Buffer): void {
    if (body.length > MAX_CHUNK_BYTES) throw new LinkViolation(`a chunk of ${body.length} bytes`);
    if (head !== undefined && this.#begun) throw new LinkViolation('a head in the middle of an answer');
    const cost = body.length + CHUNK_COST_BYTES;
    if (cost > this.#credit) throw new LinkViolation('more chunks than there was credit for');
    this.#credit -= cost;
    this.#begun = true;
    const piece = body.length < COPY_BELOW_BYTES ? Buffer.from(body) : body;
    this.#receiver.chunk(head, piece, () => this.#taken(cost));
  }

  #taken(cost: number): void {
    this.#owed += cost;
    if (this.#owed < PORTION_BYTES) return;
    this.#credit += this.#owed;
    this.#giveCredit(this.#owed);
    this.#owed = 0;
  }
}
