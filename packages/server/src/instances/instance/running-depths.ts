/** Counts the requests of an instance by depth. Calls from outside have depth 0 and cost nothing here. */
export class RunningDepths {
  readonly #counts = new Map<number, number>();
  #deep = 0;

  begin(depth: number): void {
    this.#counts.set(depth, (this.#counts.get(depth) ?? 0) + 1);
    this.#deep += 1;
  }

  end(depth: number): void {
    const left = (this.#counts.get(depth) ?? 0) - 1;
    if (left > 0) this.#counts.set(depth, left);
    else this.#counts.delete(depth);
    this.#deep -= 1;
  }

  /** Each depth once, of `all` requests that run now. */
  running(all: number): readonly number[] {
    return [...(all > this.#deep ? [0] : []), ...this.#counts.keys()];
  }
}
