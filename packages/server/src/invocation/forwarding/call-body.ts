import { Readable } from 'node:stream';
import type { BodySource } from '../../instances/index.ts';

const PIECE_BYTES = 64 * 1024;

/** The event of a call and the body of the client behind it, as far as the second node takes them. */
export class CallBody extends Readable {
  readonly #event: Buffer;
  readonly #source: BodySource | undefined;
  readonly #onBegin: () => void;
  #begun = false;

  /** `onBegin`: the second node asks for the body. */
  constructor(event: Buffer, source: BodySource | undefined, onBegin: () => void) {
    super({ highWaterMark: PIECE_BYTES });
    this.#event = event;
    this.#source = source;
    this.#onBegin = onBegin;
  }

  override _read(): void {
    if (this.#begun) {
      this.#pass();
      return;
    }
    this.#begun = true;
    this.#onBegin();
    this.push(this.#event);
    if (this.#source === undefined) this.push(null);
    else this.#source.open(() => this.#pass());
    // An empty event is no data, and nothing would be read again.
    if (this.#event.length === 0) this.#pass();
  }

  #pass(): void {
    if (this.#source === undefined || this.destroyed || this.readableEnded) return;
    for (;;) {
      const piece = this.#source.take(PIECE_BYTES);
      if (piece !== undefined && this.push(piece)) continue;
      if (piece === undefined && this.#source.ended) this.push(null);
      return;
    }
  }
}
