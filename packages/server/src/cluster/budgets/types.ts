/** What a server may use of limits that count on all servers. It reads memory only. */
export interface LimitShare {
  /** True while another server may have taken back the parts of this one: no work may begin. */
  readonly isPaused: boolean;
  /** True while the table does not answer: the share does not grow. */
  readonly isFixed: boolean;
  /** How much of a limit this server may use now: all of it while it is alone, nothing while it is paused. */
  of(key: string, limit: number): number;
  /** As `of`, with what `ask` may bring: all of the limit unless an attempt has just failed. */
  couldBe(key: string, limit: number): number;
  /**
   * Work waits for more than `of` allows, or is about to. The share grows in the background while another server leaves
   * some. Resolves after the next attempt.
   */
  ask(key: string, limit: number): Promise<void> | undefined;
}

/** How much of a limit is used on this server. */
export interface Use {
  readonly key: string;
  readonly limit: number;
  readonly used: number;
  /** How much more would be used at once. */
  readonly waiting: number;
  /** Work of other servers can come here instead, and what it uses here works. */
  readonly keepsLast?: boolean;
}

/** The part of a server that uses a kind of limits. */
export interface Consumer {
  uses(): Iterable<Use>;
  /** Shares may have grown. */
  onMore(): void;
  /** No work may begin, or it may again. */
  onPause?(isPaused: boolean): void;
}

export interface BudgetAsk {
  readonly key: string;
  readonly most: number;
  readonly used: number;
  /** Parts to hold: fewer are given back at once. */
  readonly want: number;
  /** Parts that work waits for. */
  readonly missing: number;
}

export interface BudgetRequest {
  readonly lease: number;
  /** Grows with each message of a lease. */
  readonly number: number;
  /** A server that was alone shares from now on. */
  readonly sharing: boolean;
  readonly asks: readonly BudgetAsk[];
}

export interface BudgetAnswer {
  /** This server has all limits for itself. */
  readonly alone: boolean;
  /** Other servers with a lease. */
  readonly others: number;
  /** Of each budget that was asked for: the parts of the lease, and how many it still lacks. */
  readonly held?: Readonly<Record<string, readonly [held: number, missing: number]>>;
  /** Of budgets of this server: how many parts others wait for, and how many servers use it. */
  readonly missing?: Readonly<Record<string, readonly [missing: number, sharers: number]>>;
}

/** Leases of servers and the parts that they hold. Each method is one step, which may come late or twice. */
export interface BudgetTable {
  /** Begins a lease; resolves with its id, which grows. */
  join(home: string): Promise<number>;
  /** Ends leases of earlier processes on the data directory of this one. */
  replace(home: string, lease: number): Promise<void>;
  /** Undefined when the lease is gone, or a later message came before. */
  exchange(request: BudgetRequest): Promise<BudgetAnswer | undefined>;
  leave(lease: number): Promise<void>;
}

/** From one renewal to the moment in which others take back the parts. */
export const LEASE_MS = 60_000;
/** From the sending of a renewal: surely before the others, though clocks differ by some percent. */
export const LIVE_MS = 50_000;
