/**
 * A `Map` for entries that live as long as a request. V8 links each table that a `Map` has outgrown to the next one. When
 * one of these tables has reached the old generation, all later ones are kept until the next full collection, with
 * every entry that they ever had, and each collection of the young generation copies these. Here the tables have only
 * keys and numbers.
 */
export class SlotMap<Key, Value> {
  readonly #slots = new Map<Key, number>();
  readonly #values: (Value | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.size;
  }

  has(key: Key): boolean {
    return this.#slots.has(key);
  }

  get(key: Key): Value | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#values[slot];
  }

  set(key: Key, value: Value): void {
    const slot = this.#slots.get(key) ?? this.#free.pop() ?? this.#values.length;
    this.#values[slot] = value;
    this.#slots.set(key, slot);
  }

  /** Whether there was one. */
  delete(key: Key): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#slots.delete(key);
    this.#values[slot] = undefined;
    this.#free.push(slot);
    return true;
  }

  clear(): void {
    this.#slots.clear();
    this.#values.length = 0;
    this.#free.length = 0;
  }

  keys(): IterableIterator<Key> {
    return this.#slots.keys();
  }

  /** In the order of their keys, oldest first. */
  *values(): Generator<Value> {
    for (const slot of this.#slots.values()) yield this.#values[slot] as Value;
  }
}
