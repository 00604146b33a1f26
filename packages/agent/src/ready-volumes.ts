const SIZES = 4;
const OF_A_SIZE = 8;

/**
 * Volumes created ahead of their use, for the few most recently requested sizes. Starting sandboxes with a new size
 * each time cannot fill the machine with volumes.
 */
export class ReadyVolumes<Volume> {
  /** The most recently requested size is last. */
  readonly #bySize = new Map<number, Volume[]>();

  take(bytes: number): Volume | undefined {
    const ready = this.#bySize.get(bytes);
    if (ready === undefined) return undefined;
    this.#bySize.delete(bytes);
    this.#bySize.set(bytes, ready);
    return ready.shift();
  }

  /** Keeps volumes of this size from now on. Returns those that must be closed for it. */
  admit(bytes: number): Volume[] {
    if (this.#bySize.has(bytes)) return [];
    const [longestUnused] = this.#bySize.keys();
    const removed = this.#bySize.size < SIZES || longestUnused === undefined ? [] : this.#removed(longestUnused);
    this.#bySize.set(bytes, []);
    return removed;
  }

  /** Whether another one of this size is kept. */
  wants(bytes: number): boolean {
    const ready = this.#bySize.get(bytes);
    return ready !== undefined && ready.length < OF_A_SIZE;
  }

  /** False when volumes of this size are no longer kept. */
  put(bytes: number, volume: Volume): boolean {
    const isNeeded = this.wants(bytes);
    if (isNeeded) this.#bySize.get(bytes)?.push(volume);
    return isNeeded;
  }

  clear(): Volume[] {
    return [...this.#bySize.keys()].flatMap((bytes) => this.#removed(bytes));
  }

  #removed(bytes: number): Volume[] {
    const ready = this.#bySize.get(bytes) ?? [];
    this.#bySize.delete(bytes);
    return ready;
  }
}
