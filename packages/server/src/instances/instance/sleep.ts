import type { Heartbeat } from './heartbeat.ts';
import type { InstanceParts } from './instance-types.ts';

/** Freezes all processes of an idle instance, and thaws them for its next request. */
export class Sleep {
  readonly #parts: Pick<InstanceParts, 'sandbox' | 'link'>;
  readonly #heartbeat: Heartbeat | undefined;
  /** From the freeze request until the thaw request. */
  #asleep = false;
  #frozen = false;
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

  /** Resolves when it is frozen, or cannot be. */
  async freeze(): Promise<void> {
    if (this.#asleep) return;
    this.#asleep = true;
    this.#heartbeat?.pause();
    try {
      await this.#parts.sandbox.freeze();
      if (this.#asleep) this.#parts.link.rest();
      // A thaw cancels a freeze that is under way.
      this.#frozen = this.#asleep;
    } catch {
      // An instance that cannot be frozen stays awake.
      this.#heartbeat?.resume();
    }
  }

  /** Undefined when it is awake: a warm call does not wait. */
  thaw(): Promise<void> | undefined {
    if (!this.#asleep) return this.#thawing;
    this.#asleep = false;
    this.#frozen = false;
    this.#parts.link.wake();
    this.#thawing = this.#parts.sandbox.thaw().finally(() => {
      this.#thawing = undefined;
    });
    this.#heartbeat?.resume();
    return this.#thawing;
  }
}
