import type { Clock, Timer } from '../lib/clock.ts';

export interface BatchSenderOptions<Item> {
  readonly clock: Clock;
  readonly maxItems: number;
  /** In the unit of `sizeOf`. */
  readonly maxSize: number;
  readonly sizeOf: (item: Item) => number;
  readonly flushItems: number;
  readonly flushMs: number;
  readonly send: (batch: readonly Item[]) => Promise<unknown>;
  /** Called with items that newer ones displaced, or whose batch could not be written. */
  readonly onDropped: (items: readonly Item[]) => void;
  readonly onError: (error: unknown) => void;
}

/** Largest batch: limits how long the receiver is busy with it. */
const maxBatch = 1000;

/**
 * Collects items without ever blocking the caller, and sends them in batches, one at a time and in order. When items
 * arrive faster than they can be sent, the oldest are dropped.
 */
export class BatchSender<Item> {
  readonly #options: BatchSenderOptions<Item>;
  #items: Item[] = [];
  #head = 0;
  #size = 0;
  #timer: Timer | undefined;
  #sending: Promise<void> | undefined;

  constructor(options: BatchSenderOptions<Item>) {
    this.#options = options;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    const { maxItems, maxSize, sizeOf, flushItems, flushMs, clock } = this.#options;
    this.#items.push(item);
    this.#size += sizeOf(item);
    if (this.length > maxItems || this.#size > maxSize) this.#dropOldest();
    if (this.#sending !== undefined) return;
    if (this.length >= flushItems) this.#send();
    else this.#timer ??= clock.after(flushMs, () => this.#send());
  }

  /** Resolves when all earlier items were sent and answered, or dropped. */
  async flush(): Promise<void> {
    // Items pushed meanwhile are sent, too, but a caller that never stops pushing does not delay this for ever.
    let left = Math.ceil(this.length / maxBatch) + 1;
    while (left > 0 && (this.length > 0 || this.#sending !== undefined)) {
      if (this.#sending === undefined) this.#send();
      await this.#sending;
      left -= 1;
    }
  }

  #dropOldest(): void {
    const { maxItems, maxSize, sizeOf, onDropped } = this.#options;
    const dropped: Item[] = [];
    while (this.length > 1 && (this.length > maxItems || this.#size > maxSize)) {
      const item = this.#items[this.#head] as Item;
      this.#head += 1;
      this.#size -= sizeOf(item);
      dropped.push(item);
    }
    this.#compact();
    if (dropped.length > 0) onDropped(dropped);
  }

  #compact(): void {
    if (this.#head < 1024 || this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }

  #send(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const batch = this.#items.slice(this.#head, this.#head + maxBatch);
    this.#head += batch.length;
    for (const item of batch) this.#size -= this.#options.sizeOf(item);
    if (this.length === 0) {
      this.#items = [];
      this.#head = 0;
    } else this.#compact();
    this.#sending = this.#deliver(batch).finally(() => {
      this.#sending = undefined;
      if (this.length >= this.#options.flushItems) this.#send();
      else if (this.length > 0) this.#timer ??= this.#options.clock.after(this.#options.flushMs, () => this.#send());
    });
  }

  async #deliver(batch: readonly Item[]): Promise<void> {
    try {
      await this.#options.send(batch);
    } catch (error) {
      this.#options.onDropped(batch);
      this.#options.onError(error);
    }
  }
}
