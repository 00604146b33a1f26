/** Enough for one batch to be built while another is stored. */
const IN_FLIGHT = 2;
const MOST_ITEMS = 256;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result | PromiseLike<Result>) => void;
  readonly reject: (error: unknown) => void;
}

export interface CoalescerOptions<Item, Result> {
  /** Returns the results in the order of the items. */
  readonly together: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Runs an item by itself when `together` refused its batch. */
  readonly alone: (item: Item) => Promise<Result>;
  /** Whether `alone` may succeed after this error of `together`. */
  readonly isRefusal: (error: unknown) => boolean;
}

/** Runs items together that are added while others are in flight. An item that is refused fails no other. */
export class Coalescer<Item, Result> {
  readonly #options: CoalescerOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #inFlight = 0;
  #isScheduled = false;

  constructor(options: CoalescerOptions<Item, Result>) {
    this.#options = options;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** In the next turn of the event loop, so that items of the same moment share a batch. */
  #schedule(): void {
    if (this.#isScheduled || this.#inFlight >= IN_FLIGHT || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      const batch = this.#waiting.splice(0, MOST_ITEMS);
      this.#inFlight += 1;
      void this.#run(batch).finally(() => {
        this.#inFlight -= 1;
        this.#schedule();
      });
      this.#schedule();
    });
  }

  /** Never rejects. */
  async #run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const { together, alone, isRefusal } = this.#options;
    try {
      const results = await together(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      for (const { item, resolve, reject } of batch) {
        if (isRefusal(error)) resolve(alone(item));
        else reject(error);
      }
    }
  }
}
