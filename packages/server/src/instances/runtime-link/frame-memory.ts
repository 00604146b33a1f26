import type { Clock, Timer } from '../../lib/clock.ts';
import { LinkViolation } from './frame-decoder.ts';

/** Limit for the unfinished frames of all instances together. */
const MOST_BYTES = 128 * 1024 * 1024;
/** A frame must arrive within this time, counted while the instance is not frozen. */
export const FRAME_DEADLINE_MS = 30_000;

interface Holding {
  bytes: number;
  readonly cut: (reason: LinkViolation) => void;
}

/**
 * The memory of incomplete frames, over all links. When it is full, the link with the oldest frame is closed: frames of
 * honest runtimes arrive in milliseconds.
 */
export class FrameMemory {
  readonly #mostBytes: number;
  /** By link, the oldest frame first. */
  readonly #holdings = new Map<object, Holding>();
  #bytes = 0;

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Sets the bytes that a link holds of one frame; 0 for none. */
  hold(link: object, bytes: number, cut: (reason: LinkViolation) => void): void {
    const holding = this.#holdings.get(link);
    this.#bytes += bytes - (holding?.bytes ?? 0);
    if (bytes === 0) this.#holdings.delete(link);
    else if (holding === undefined) this.#holdings.set(link, { bytes, cut });
    else holding.bytes = bytes;
    while (this.#bytes > this.#mostBytes) this.#cutOldest();
  }

  #cutOldest(): void {
    const [oldest] = this.#holdings;
    if (oldest === undefined) return;
    const [link, { bytes, cut }] = oldest;
    this.#holdings.delete(link);
    this.#bytes -= bytes;
    cut(new LinkViolation('unfinished frames of all instances hold too much memory, and this one is the oldest'));
  }
}

/** The share of one link in that memory, and the deadline of its unfinished frame. */
export class FrameWatch {
  readonly #memory: FrameMemory;
  readonly #clock: Clock;
  readonly #cut: (reason: LinkViolation) => void;
  #frame = -1;
  #timer: Timer | undefined;
  #isResting = false;

  constructor(memory: FrameMemory, clock: Clock, cut: (reason: LinkViolation) => void) {
    this.#memory = memory;
    this.#clock = clock;
    this.#cut = cut;
  }

  /** `frame`: number of frames before the unfinished one. */
  look(heldBytes: number, frame: number): void {
    // The usual case: frames arrive complete.
    if (heldBytes === 0 && this.#frame < 0) return;
    if (frame !== this.#frame && this.#frame >= 0) this.release();
    if (heldBytes === 0) return;
    this.#frame = frame;
    if (!this.#isResting) this.#arm();
    this.#memory.hold(this, heldBytes, this.#cut);
  }

  /** The instance is frozen: its frame cannot continue. */
  rest(): void {
    this.#isResting = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  wake(): void {
    this.#isResting = false;
    if (this.#frame >= 0) this.#arm();
  }

  release(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#frame = -1;
    this.#memory.hold(this, 0, this.#cut);
  }

  #arm(): void {
    this.#timer ??= this.#clock.after(FRAME_DEADLINE_MS, () => {
      this.#cut(new LinkViolation(`a frame did not arrive within ${FRAME_DEADLINE_MS / 1000} s`));
    });
  }
}
