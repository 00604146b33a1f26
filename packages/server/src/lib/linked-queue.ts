/** Where an item of a queue is; only its queue changes it. */
export interface QueuePlace<Item> {
  readonly item: Item;
  before: QueuePlace<Item> | undefined;
  after: QueuePlace<Item> | undefined;
  isQueued: boolean;
}

/**
 * Items in the order of their arrival, any of which leaves in constant time. An array would move all items behind it,
 * for hundreds of waiting requests the most expensive step of a call.
 */
export class LinkedQueue<Item> {
  #first: QueuePlace<Item> | undefined;
  #last: QueuePlace<Item> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Item | undefined {
    return this.#first?.item;
  }

  get last(): Item | undefined {
    return this.#last?.item;
  }

  add(item: Item): QueuePlace<Item> {
    const place: QueuePlace<Item> = { item, before: this.#last, after: undefined, isQueued: true };
    if (this.#last === undefined) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
    this.#size += 1;
    return place;
  }

  /** False when it had left already. */
  remove(place: QueuePlace<Item>): boolean {
    if (!place.isQueued) return false;
    const { before, after } = place;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    // an old place that led to younger ones would keep these until the next full collection
    place.before = undefined;
    place.after = undefined;
    place.isQueued = false;
    this.#size -= 1;
    return true;
  }

  /** Items may be added meanwhile, and the one that was yielded last may be removed. */
  *[Symbol.iterator](): Generator<Item> {
    let place = this.#first;
    while (place !== undefined) {
      const { after, item } = place;
      yield item;
      place = place.after ?? after;
    }
  }
}
