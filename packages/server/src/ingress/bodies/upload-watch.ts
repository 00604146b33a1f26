import type { IncomingMessage } from 'node:http';
import type { Clock, Timer } from '../../lib/clock.ts';

const LOOK_EVERY_MS = 10_000;
/** Bytes that must arrive between two checks. */
const LEAST_BYTES = 16 * 1024;

/**
 * Cuts a connection whose client sends the body too slowly, or not within `totalMs`. Ends with the body; `lift` ends it
 * earlier.
 */
export class UploadWatch {
  /** Called for a slow client. */
  onSlow: () => void;
  readonly #request: IncomingMessage;
  readonly #clock: Clock;
  #left: number;
  #seen: number;
  #timer: Timer;

  constructor(request: IncomingMessage, clock: Clock, totalMs: number) {
    this.#request = request;
    this.#clock = clock;
    this.#left = totalMs;
    this.#seen = request.socket.bytesRead;
    this.onSlow = () => request.destroy();
    this.#timer = this.#next();
    const lift = (): void => this.lift();
    request.once('end', lift);
    request.once('close', lift);
  }

  /** A slow client could receive no answer any more. */
  breakWhenSlow(): void {
    this.onSlow = () => this.#request.destroy();
  }

  lift(): void {
    this.#timer.cancel();
  }

  #next(): Timer {
    const ms = Math.min(LOOK_EVERY_MS, this.#left);
    this.#left -= ms;
    return this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    const { bytesRead } = this.#request.socket;
    // bytes that wait here are not the client's delay
    const isSlow = bytesRead - this.#seen < LEAST_BYTES && this.#request.readableLength === 0;
    this.#seen = bytesRead;
    if (isSlow || this.#left <= 0) this.onSlow();
    else this.#timer = this.#next();
  }
}
