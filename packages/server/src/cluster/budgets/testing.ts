import { type BudgetAnswer, type BudgetAsk, type BudgetRequest, type BudgetTable, LEASE_MS } from './types.ts';

interface Row {
  readonly home: string;
  alone: boolean;
  number: number;
  expiresAt: number;
  readonly shares: Map<string, { held: number; missing: number }>;
}

/** The table of budgets in memory, by the rules of the migration `0061-budgets`. */
export class MemoryBudgets implements BudgetTable {
  readonly #now: () => number;
  readonly #leases = new Map<number, Row>();
  #last = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  join(home: string): Promise<number> {
    this.#sweep(0);
    this.#last += 1;
    const alone = this.#leases.size === 0;
    this.#leases.set(this.#last, { home, alone, number: 0, expiresAt: this.#now() + LEASE_MS, shares: new Map() });
    return Promise.resolve(this.#last);
  }

  replace(home: string, lease: number): Promise<void> {
    for (const [id, row] of this.#leases) if (row.home === home && id < lease) this.#leases.delete(id);
    return Promise.resolve();
  }

  leave(lease: number): Promise<void> {
    this.#leases.delete(lease);
    return Promise.resolve();
  }

  exchange({ lease, number, sharing, asks }: BudgetRequest): Promise<BudgetAnswer | undefined> {
    const row = this.#leases.get(lease);
    if (row === undefined || row.number >= number || row.expiresAt <= this.#now()) return Promise.resolve(undefined);
    row.number = number;
    row.expiresAt = this.#now() + LEASE_MS;
    this.#sweep(lease);
    const others = this.#leases.size - 1;
    if (others === 0 && !row.alone) {
      row.alone = true;
      row.shares.clear();
    }
    if (row.alone && (others === 0 || !sharing)) return Promise.resolve({ alone: true, others });
    const wasAlone = row.alone;
    row.alone = false;
    const held = Object.fromEntries(asks.map((ask) => [ask.key, this.#set(lease, row, ask, wasAlone)]));
    const missing = Object.fromEntries(
      [...row.shares.keys()].flatMap((key) => {
        const theirs = this.#others(lease, key);
        return theirs.missing === 0 ? [] : [[key, [theirs.missing, theirs.sharers + 1] as const]];
      }),
    );
    return Promise.resolve({ alone: false, others, held, missing });
  }

  /** A lease has all limits for itself, and others wait until it shares them. */
  get hasAlone(): boolean {
    return [...this.#leases.values()].some(({ alone }) => alone);
  }

  /** Parts of a budget that leases hold. */
  sum(key: string): number {
    return [...this.#leases.values()].reduce((sum, { shares }) => sum + (shares.get(key)?.held ?? 0), 0);
  }

  #set(
    lease: number,
    row: Row,
    { key, most, used, want, missing }: BudgetAsk,
    wasAlone: boolean,
  ): readonly [number, number] {
    const theirs = this.#others(lease, key);
    const before = row.shares.get(key)?.held ?? 0;
    let mine = before;
    const spare = most - theirs.held - mine;
    if (wasAlone) mine = used;
    else if (want <= mine) mine = want;
    else if (spare > 0 && !this.hasAlone) {
      const block = Math.floor((spare + 1) / 2);
      const even = Math.floor((most + theirs.sharers) / (theirs.sharers + 1)) - mine;
      mine += Math.max(theirs.missing > 0 ? Math.min(block, even) : block, 0);
    }
    const lacks = Math.max(missing - Math.max(mine - before, 0), 0);
    if (mine > 0 || lacks > 0) row.shares.set(key, { held: mine, missing: lacks });
    else row.shares.delete(key);
    return [mine, lacks];
  }

  #others(lease: number, key: string): { held: number; missing: number; sharers: number } {
    const sum = { held: 0, missing: 0, sharers: 0 };
    for (const [id, { shares }] of this.#leases) {
      const share = id === lease ? undefined : shares.get(key);
      if (share === undefined) continue;
      sum.held += share.held;
      sum.missing += share.missing;
      sum.sharers += 1;
    }
    return sum;
  }

  #sweep(lease: number): void {
    for (const [id, { expiresAt }] of this.#leases)
      if (id !== lease && expiresAt <= this.#now()) this.#leases.delete(id);
  }
}

/** From 0 up to but not including 1, the same numbers for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
