import type { Heartbeat } from './heartbeat.ts';
import type { InstanceParts } from './instance-types.ts';

/** Then it is tried at every 64th request. */
const MOST_FAILURES = 6;

/** Freezes all processes of an idle instance, and thaws them for its next request. */
export class Sleep {
  readonly #parts: Pick<InstanceParts, 'sandbox' | 'link'>;
  readonly #heartbeat: Heartbeat | undefined;
  /** From the freeze request until the thaw request. */
  #asleep = false;
  #frozen = false;
  #isFreezing = false;
  /** In a row. */
  #failures = 0;
  /** Requests to freeze that are left out before the next attempt. */
  #left = 0;
  #thawing: Promise<void> | undefined;

  constructor(parts: Pick<InstanceParts, 'sandbox' | 'link'>, heartbeat: Heartbeat | undefined) {
    this.#parts = parts;
    this.#heartbeat = heartbeat;
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }

  get isAwake(): boolean {
    return !this.#asleep && this.#thawing === undefined;
  }

  /** Resolves when it is frozen, or cannot be: it is tried again at one of the next requests, after each failure a later one. */
  async freeze(): Promise<void> {
    if (this.#isFreezing || (this.#asleep && !this.#mayTryAgain())) return;
    this.#asleep = true;
    this.#isFreezing = true;
    this.#heartbeat?.pause();
    try {
      await this.#parts.sandbox.freeze();
      this.#failures = 0;
      if (this.#asleep) this.#parts.link.rest();
      // A thaw cancels a freeze that is under way.
      this.#frozen = this.#asleep;
    } catch {
      // It counts as asleep: if the answer only came late, its processes need a thaw.
      this.#failures = Math.min(this.#failures + 1, MOST_FAILURES);
      this.#left = 2 ** this.#failures;
      this.#heartbeat?.resume();
    } finally {
      this.#isFreezing = false;
    }
  }

  /** A busy machine does not give the processes the time to freeze; others never do. */
  #mayTryAgain(): boolean {
    if (this.#failures === 0) return false;
    this.#left -= 1;
    return this.#left <= 0;
  }

  /** Undefined when it is awake: a warm call does not wait. */
  thaw(): Promise<void> | undefined {
    if (!this.#asleep) return this.#thawing;
    this.#asleep = false;
    this.#frozen = false;
    this.#failures = 0;
    this.#parts.link.wake();
    this.#thawing = this.#parts.sandbox.thaw().finally(() => {
      this.#thawing = undefined;
    });
    this.#heartbeat?.resume();
    return this.#thawing;
  }
}
