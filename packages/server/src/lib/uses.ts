/** Counts of what is in use now, by path. */
export class Uses {
  readonly #counts = new Map<string, number>();

  /** In use until the returned function is called. Calling it twice has no effect. */
  hold(path: string): () => void {
    this.#counts.set(path, (this.#counts.get(path) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#counts.get(path) ?? 1) - 1;
      if (left > 0) this.#counts.set(path, left);
      else this.#counts.delete(path);
    };
  }

  has(path: string): boolean {
    return this.#counts.has(path);
  }
}
