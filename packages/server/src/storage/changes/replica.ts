import type { ChangeFeed, ChangeTopic } from './change-feed.ts';

export interface ReplicaOptions<Value> {
  readonly feed: ChangeFeed;
  readonly topic: ChangeTopic;
  /** The rows of these keys that exist; all rows without keys. */
  readonly load: (keys: readonly string[] | undefined) => Promise<readonly Value[]>;
  readonly keyOf: (value: Value) => string;
  /** Called after a value was added, replaced or removed. */
  readonly onChange?: (after: Value | undefined, before: Value | undefined) => void;
}

/** Rows in memory that follow the database, whichever server changes them. Read after `start`. */
export class Replica<Value> {
  readonly #options: ReplicaOptions<Value>;
  readonly #values = new Map<string, Value>();

  constructor(options: ReplicaOptions<Value>) {
    this.#options = options;
  }

  start(): Promise<void> {
    return this.#options.feed.follow(this.#options.topic, (keys) => this.#reload(keys));
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /** In the order in which the keys were loaded first. */
  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  /** Resolves when this has everything that was committed before the call. */
  caughtUp(): Promise<void> {
    return this.#options.feed.caughtUp();
  }

  async #reload(keys: ReadonlySet<string> | undefined): Promise<void> {
    const { load, keyOf, onChange } = this.#options;
    const loaded = await load(keys === undefined ? undefined : [...keys]);
    const missing = new Set(keys ?? this.#values.keys());
    for (const value of loaded) {
      const key = keyOf(value);
      missing.delete(key);
      const before = this.#values.get(key);
      this.#values.set(key, value);
      onChange?.(value, before);
    }
    for (const key of missing) {
      const before = this.#values.get(key);
      if (this.#values.delete(key)) onChange?.(undefined, before);
    }
  }
}
