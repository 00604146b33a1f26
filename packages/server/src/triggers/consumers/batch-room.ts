interface Waiting {
  readonly owner: string;
  readonly bytes: number;
  readonly enter: () => void;
}

/** Memory for batches in progress. An owner has at most half of it, so that others find room beside its slow functions. */
export class BatchRoom {
  readonly #most: number;
  readonly #used = new Map<string, number>();
  #total = 0;
  #waiting: Waiting[] = [];

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  /** Runs the work when there is room for its bytes, in the order of the calls of an owner. */
  async run<T>(owner: string, bytes: number, work: () => Promise<T>): Promise<T> {
    const size = Math.min(bytes, this.#most / 2);
    await new Promise<void>((enter) => {
      this.#waiting.push({ owner, bytes: size, enter });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#count(owner, -size);
      this.#admit();
    }
  }

  get used(): number {
    return this.#total;
  }

  #admit(): void {
    const blocked = new Set<string>();
    this.#waiting = this.#waiting.filter(({ owner, bytes, enter }) => {
      const fits = this.#total + bytes <= this.#most && (this.#used.get(owner) ?? 0) + bytes <= this.#most / 2;
      if (!fits || blocked.has(owner)) {
        blocked.add(owner);
        return true;
      }
      this.#count(owner, bytes);
      enter();
      return false;
    });
  }

  #count(owner: string, bytes: number): void {
    const used = (this.#used.get(owner) ?? 0) + bytes;
    if (used > 0) this.#used.set(owner, used);
    else this.#used.delete(owner);
    this.#total += bytes;
  }
}
