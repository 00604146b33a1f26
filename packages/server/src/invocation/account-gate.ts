import type { LimitShare, Use } from '../cluster/index.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { mayHoldMore } from '../lib/fair-share.ts';
import { LinkedQueue } from '../lib/linked-queue.ts';
import { PlatformError } from '../lib/platform-error.ts';

export interface GateLimits {
  /** Concurrent invocations of a project. */
  readonly concurrency: number;
  /** Longest wait of a request. */
  readonly maxWaitMs: number;
  /** Total bytes of a project's waiting events; each counts with its size and `WAITER_BYTES`. */
  readonly maxWaitingBytes: number;
}

export interface Entrant {
  readonly projectId: string;
  readonly functionKey: string;
  /** Size of the event, which is kept while it waits. */
  readonly bytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Waits without a time limit. */
  readonly isPatient?: boolean;
}

interface Waiting {
  readonly weight: number;
  /** Monotonic ms when it is refused. */
  readonly until: number;
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
}

interface FunctionUse {
  inFlight: number;
  /** Places that only this function may take. */
  reserved: number;
  /** Longest first. */
  readonly waiting: LinkedQueue<Waiting>;
  waitingBytes: number;
}

interface Account {
  readonly functions: Map<string, FunctionUse>;
  /** Functions with waiting requests; the first is next. */
  readonly turns: Set<FunctionUse>;
  /** Sum over functions of the places in use or reserved. */
  used: number;
  waitingBytes: number;
}

/** Memory of a waiting request besides its event: its connection, headers and so on. */
export const WAITER_BYTES = 64 * 1024;
const OVERLOADED = 'Your request has been controlled by overload sdk, please retry later';

/**
 * Counts the invocations of each project and lets those over the limit wait for a bounded time. Free places go to the
 * waiting functions in turn, so a burst of one delays no other; a function cannot take all places, so a burst of slow
 * calls leaves some for others; reserved instances have places of their own. When too many bytes wait, the newest
 * request of the function with the most waiting bytes is refused.
 */
export class AccountGate {
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  readonly #share: LimitShare | undefined;
  readonly #accounts = new Map<string, Account>();
  #waiting = 0;
  /** One for all that wait: a timer for each would cost more than its place. */
  #expiry: Timer | undefined;

  /** `share`: what this server may use of the concurrency, where it counts on several. */
  constructor(limits: GateLimits, clock: Clock, share?: LimitShare) {
    this.#limits = limits;
    this.#clock = clock;
    this.#share = share;
  }

  /** Requests that wait, for gauges. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Undefined when there is room, the usual case; otherwise a promise for the turn, which rejects with `overloaded`,
   * `share_lost` while this server may begin no work, or the signal's reason. Admitted entrants must `leave`.
   */
  enter(entrant: Entrant): Promise<void> | undefined {
    if (this.isPaused) return Promise.reject(shareLost());
    const account = this.#account(entrant.projectId);
    const use = useOf(account, entrant.functionKey);
    if (use.waiting.size === 0 && this.#hasRoom(entrant.projectId, account, use)) {
      change(account, use, 1);
      return undefined;
    }
    return this.#wait(account, use, entrant);
  }

  leave(projectId: string, functionKey: string): void {
    const account = this.#account(projectId);
    const use = useOf(account, functionKey);
    change(account, use, -1);
    this.#admit(projectId, account);
    this.#forget(projectId, account, functionKey);
  }

  /** Reserves so many places for a function. */
  reserve(projectId: string, functionKey: string, places: number): void {
    const account = this.#account(projectId);
    const use = useOf(account, functionKey);
    account.used -= placesOf(use);
    use.reserved = places;
    account.used += placesOf(use);
    this.#admit(projectId, account);
    this.#forget(projectId, account, functionKey);
  }

  /** True while no call may begin: another server may have taken over the share of this one. */
  get isPaused(): boolean {
    return this.#share?.isPaused === true;
  }

  /** What each project uses of its concurrency. */
  *uses(): Generator<Use> {
    const limit = this.#limits.concurrency;
    for (const [key, { used, functions }] of this.#accounts) {
      let waiting = 0;
      for (const use of functions.values()) waiting += use.waiting.size;
      yield { key, limit, used, waiting };
    }
  }

  /** Call when the share of this server has grown. */
  onMore(): void {
    for (const [projectId, account] of this.#accounts) this.#admit(projectId, account);
  }

  /** Call when a pause begins or ends. */
  onPause(isPaused: boolean): void {
    if (!isPaused) return;
    for (const { functions } of [...this.#accounts.values()])
      for (const use of [...functions.values()]) for (const { refuse } of use.waiting) refuse(shareLost());
  }

  #wait(account: Account, use: FunctionUse, entrant: Entrant): Promise<void> {
    const { projectId, functionKey, bytes, signal, isPatient = false } = entrant;
    const { maxWaitMs, concurrency } = this.#limits;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal?.removeEventListener('abort', onAbort);
        if (!use.waiting.remove(place)) throw new Error('a waiting request was settled twice');
        use.waitingBytes -= waiting.weight;
        account.waitingBytes -= waiting.weight;
        this.#waiting -= 1;
        if (use.waiting.size === 0) account.turns.delete(use);
      };
      const waiting: Waiting = {
        weight: bytes + WAITER_BYTES,
        until: isPatient ? Number.POSITIVE_INFINITY : this.#clock.monotonic() + maxWaitMs,
        admit() {
          settle();
          change(account, use, 1);
          resolve();
        },
        refuse: (error) => {
          settle();
          this.#forget(projectId, account, functionKey);
          reject(error);
        },
      };
      const onAbort = (): void => waiting.refuse(signal?.reason);
      const place = use.waiting.add(waiting);
      use.waitingBytes += waiting.weight;
      account.waitingBytes += waiting.weight;
      this.#waiting += 1;
      account.turns.add(use);
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      if (!isPatient) this.#expiry ??= this.#clock.after(maxWaitMs, () => this.#refuseLate());
      void this.#share?.ask(projectId, concurrency);
      this.#shed(account);
    });
  }

  /** Refuses what has waited too long, and looks again when the next one has. */
  #refuseLate(): void {
    const now = this.#clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const account of [...this.#accounts.values()])
      for (const { waiting } of [...account.functions.values()])
        for (const { until, refuse } of waiting) {
          if (until <= now) refuse(overloaded(this.#whyFull(account)));
          else next = Math.min(next, until);
        }
    this.#expiry = Number.isFinite(next) ? this.#clock.after(next - now, () => this.#refuseLate()) : undefined;
  }

  #whyFull({ used }: Account): string {
    const { maxWaitMs, concurrency } = this.#limits;
    const ended = `none ended within ${maxWaitMs} ms`;
    if (this.#share?.isFixed === true) {
      return `This server does not reach the database, so its share of the ${concurrency} invocations of the account does not grow, and ${ended}.`;
    }
    return used < concurrency
      ? `The function uses its full share of the ${concurrency} invocations of the account, and ${ended}: the rest is for other functions.`
      : `${concurrency} invocations of the account run already, and ${ended}.`;
  }

  /** Refuses waiting requests until the rest is within the limit. */
  #shed(account: Account): void {
    while (account.waitingBytes > this.#limits.maxWaitingBytes) {
      let most: FunctionUse | undefined;
      for (const use of account.turns) if (most === undefined || use.waitingBytes > most.waitingBytes) most = use;
      const last = most?.waiting.last;
      if (last === undefined) throw new Error('more waits than is known');
      last.refuse(overloaded('Too many requests of the account wait already.'));
    }
  }

  #admit(projectId: string, account: Account): void {
    let refusals = 0;
    for (;;) {
      const [use] = account.turns;
      if (use === undefined || refusals >= account.turns.size) return;
      if (account.turns.size > 1) {
        account.turns.delete(use);
        account.turns.add(use);
      }
      if (this.#hasRoom(projectId, account, use)) {
        use.waiting.first?.admit();
        refusals = 0;
      } else refusals += 1;
    }
  }

  #hasRoom(projectId: string, { used }: Account, { inFlight, reserved }: FunctionUse): boolean {
    const limit = this.#limits.concurrency;
    const share = this.#share === undefined ? limit : this.#share.of(projectId, limit);
    const free = share - used;
    // `used` includes reserved places: these may be taken as soon as the share of this server has them
    if (inFlight < reserved) return share === limit || free >= 0;
    return free > 0 && mayHoldMore(inFlight, free, limit);
  }

  #account(projectId: string): Account {
    const known = this.#accounts.get(projectId);
    if (known !== undefined) return known;
    const account = { functions: new Map(), turns: new Set<FunctionUse>(), used: 0, waitingBytes: 0 };
    this.#accounts.set(projectId, account);
    return account;
  }

  #forget(projectId: string, account: Account, functionKey: string): void {
    const use = account.functions.get(functionKey);
    if (use === undefined || use.inFlight > 0 || use.reserved > 0 || use.waiting.size > 0) return;
    account.functions.delete(functionKey);
    if (account.functions.size === 0) this.#accounts.delete(projectId);
  }
}

function useOf(account: Account, functionKey: string): FunctionUse {
  const known = account.functions.get(functionKey);
  if (known !== undefined) return known;
  const use = { inFlight: 0, reserved: 0, waiting: new LinkedQueue<Waiting>(), waitingBytes: 0 };
  account.functions.set(functionKey, use);
  return use;
}

function placesOf({ inFlight, reserved }: FunctionUse): number {
  return Math.max(inFlight, reserved);
}

function change(account: Account, use: FunctionUse, by: 1 | -1): void {
  account.used -= placesOf(use);
  use.inFlight += by;
  account.used += placesOf(use);
}

function shareLost(): PlatformError {
  return new PlatformError('share_lost', 'This server has not reached the database for 50 s, so it begins no calls.', {
    hint: 'Other servers may use its share of the limits by now. It goes on by itself when the database answers.',
  });
}

function overloaded(hint: string): PlatformError {
  return new PlatformError('overloaded', OVERLOADED, { hint });
}
