interface Charge {
  readonly functionKey: string;
  readonly mb: number;
}

/**
 * Charges of the memory budget. A starting or serving instance is charged with its whole limit, since it may use it at
 * any moment; a frozen one cannot grow and is charged with its use when it was frozen.
 */
export class MemoryBook {
  readonly totalMb: number;
  readonly #charges = new Map<object, Charge>();
  readonly #functions = new Map<string, number>();
  #promisedMb = 0;

  constructor(totalMb: number) {
    this.totalMb = totalMb;
  }

  get promisedMb(): number {
    return this.#promisedMb;
  }

  /** Below zero when the charges exceed the budget. */
  get freeMb(): number {
    return this.totalMb - this.#promisedMb;
  }

  /** 0 for an owner without a charge. */
  of(owner: object): number {
    return this.#charges.get(owner)?.mb ?? 0;
  }

  ofFunction(functionKey: string): number {
    return this.#functions.get(functionKey) ?? 0;
  }

  /** Sets the charge of an owner, replacing an earlier one. */
  charge(owner: object, functionKey: string, mb: number): void {
    this.drop(owner);
    this.#charges.set(owner, { functionKey, mb });
    this.#add(functionKey, mb);
  }

  drop(owner: object): void {
    const charge = this.#charges.get(owner);
    if (charge === undefined) return;
    this.#charges.delete(owner);
    this.#add(charge.functionKey, -charge.mb);
  }

  #add(functionKey: string, mb: number): void {
    this.#promisedMb += mb;
    const left = this.ofFunction(functionKey) + mb;
    if (left === 0) this.#functions.delete(functionKey);
    else this.#functions.set(functionKey, left);
  }
}
