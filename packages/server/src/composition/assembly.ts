type Made<A> = A extends object ? A : unknown;

/** An ordered list of parts: each is made from those before it, by name, and adds its own names. */
export class Assembly<P extends object> {
  readonly #make: () => Promise<P>;

  private constructor(make: () => Promise<P>) {
    this.#make = make;
  }

  static of<P extends object>(first: P): Assembly<P> {
    return new Assembly(async () => first);
  }

  /** `make` is called when all before have been made, and starts what it makes. */
  add<A>(make: (parts: P) => A | Promise<A>): Assembly<P & Made<A>> {
    return new Assembly(async () => {
      const before = await this.#make();
      const made: object = (await make(before)) ?? {};
      const taken = Object.keys(made).find((name) => name in before);
      if (taken !== undefined) throw new Error(`two parts have the name ${taken}`);
      return { ...before, ...made } as P & Made<A>;
    });
  }

  /** Makes all in their order. The first that rejects ends it. */
  make(): Promise<P> {
    return this.#make();
  }
}
