import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import { claimOf, mostOf, type Turn } from './claim.ts';
import {
  type BudgetAnswer,
  type BudgetAsk,
  type BudgetTable,
  type Consumer,
  LIVE_MS,
  type LimitShare,
  type Use,
} from './types.ts';

export interface BudgetsOptions {
  readonly table: BudgetTable;
  /** Id of the data directory. */
  readonly home: string;
  /** Without others, this server goes on when it cannot renew its lease. */
  readonly mayGoOnAlone: boolean;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** What this server holds of one limit. */
interface Entry {
  readonly key: string;
  limit: number;
  /** For certain: the table has at least as many for the lease. */
  held: number;
  used: number;
  waiting: number;
  keepsLast: boolean;
  /** Needs of the last seconds, by the time of each look. */
  needs: { readonly at: number; readonly parts: number }[];
  neededAt: number;
  /** Work asked for more. */
  requestedAt: number;
  /** More parts came. */
  grewAt: number;
  missingElsewhere: number;
  sharers: number;
  /** As the table has it; undefined when that is not known. */
  noted: { readonly held: number; readonly missing: number } | undefined;
}

/** Parts that were not needed for so long are given back. */
const UNUSED_MS = 2_000;
const RECENT_MS = 60_000;
/** Work that asked for more comes again within this time. */
const REQUESTED_MS = 5_000;
/** How long a server has the odd part of a limit before it leaves it to others that wait, and asks for it again. */
const TURN_MS = 500;
const NEXT_TURN_MS = 1_000;
/** Between two messages: while work waits here or elsewhere; while limits are shared; otherwise; after a failure. */
const EACH_MS = { hungry: 150, sharing: 1_000, calm: 5_000, failed: 500 };

/**
 * The parts of a server in limits that count on all servers. It uses what it holds, and asks for more in the background:
 * nothing waits for the table but work without a part. Parts belong to a lease; a server that could not renew its lease is
 * paused before others may take back its parts, and begins a new lease when it can. While a server has the only lease,
 * all limits are its own, and it asks for nothing.
 */
export class Budgets {
  readonly #options: BudgetsOptions;
  readonly #consumers = new Map<string, Consumer>();
  readonly #entries = new Map<string, Entry>();
  readonly #messages: CoalescedTask;
  #lease: number | undefined;
  #number = 0;
  #isAlone = false;
  /** The table still knows this server as alone, which begins to share. */
  #isOpening = false;
  #servers = 1;
  /** Monotonic ms. */
  #liveUntil = Number.NEGATIVE_INFINITY;
  #isHungry = false;
  /** The last message was not answered. */
  #isFailing = false;
  #next: Timer | undefined;
  #lapse: Timer | undefined;
  #wasPaused = false;
  #stopped = false;

  private constructor(options: BudgetsOptions) {
    this.#options = options;
    this.#messages = new CoalescedTask(
      () => this.#send(),
      (error) => this.#failed(error),
    );
  }

  /** Rejects when the table cannot be reached. */
  static async open(options: BudgetsOptions): Promise<Budgets> {
    const budgets = new Budgets(options);
    await budgets.#send();
    return budgets;
  }

  get isPaused(): boolean {
    if (this.#options.clock.monotonic() < this.#liveUntil) return false;
    return !(this.#isAlone && this.#options.mayGoOnAlone);
  }

  /** The share of one kind of limits. Its consumer is to `follow`. */
  share(kind: string): LimitShare {
    const { clock, mayGoOnAlone } = this.#options;
    const of = (key: string, limit: number): number => {
      const now = clock.monotonic();
      const isLive = now < this.#liveUntil;
      if (this.#isAlone) return isLive || mayGoOnAlone ? limit : 0;
      const entry = this.#entries.get(`${kind}/${key}`);
      return isLive && entry !== undefined ? Math.min(usable(entry, now), limit) : 0;
    };
    const ask = (key: string, limit: number): Promise<void> | undefined => {
      if (this.#isAlone || this.#stopped) return undefined;
      const entry = this.#entry(`${kind}/${key}`, limit);
      if (entry.held >= limit) return undefined;
      const isNew = clock.monotonic() - entry.requestedAt >= REQUESTED_MS;
      entry.requestedAt = clock.monotonic();
      // while any work waits, the next message is sent soon
      if (!this.#isHungry || isNew || entry.noted === undefined) this.#messages.request();
      return this.#messages.idle();
    };
    const couldBe = (key: string, limit: number): number => {
      const missing = this.#entries.get(`${kind}/${key}`)?.noted?.missing ?? 0;
      return missing > 0 || this.isPaused ? of(key, limit) : limit;
    };
    const budgets = this;
    return {
      of,
      couldBe,
      ask,
      get isPaused() {
        return budgets.isPaused;
      },
      get isFixed() {
        return budgets.#isFailing && !budgets.#isAlone;
      },
    };
  }

  follow(kind: string, consumer: Consumer): void {
    this.#consumers.set(kind, consumer);
  }

  /** Other servers came or left. */
  look(): void {
    if (!this.#stopped) this.#messages.request();
  }

  /** Gives everything back. Call when no work is left. Rejects never: the lease ends by itself. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#next?.cancel();
    this.#lapse?.cancel();
    await this.#messages.idle();
    if (this.#lease !== undefined) await this.#options.table.leave(this.#lease).catch(() => {});
  }

  async #send(): Promise<void> {
    if (this.#stopped) return;
    const { table, clock, home } = this.#options;
    if (this.#lease === undefined) {
      const lease = await table.join(home);
      this.#lease = lease;
      this.#number = 0;
      await table.replace(home, lease);
      if (this.#stopped) return;
    }
    const sentAt = clock.monotonic();
    const asks = this.#isAlone ? [] : this.#asks(sentAt);
    this.#number += 1;
    const request = { lease: this.#lease, number: this.#number, sharing: this.#isOpening, asks };
    const answer = await table.exchange(request);
    this.#isFailing = false;
    if (answer === undefined) {
      this.#lost();
      this.#messages.request();
      return;
    }
    this.#liveUntil = Math.max(this.#liveUntil, sentAt + LIVE_MS);
    if (answer.alone) this.#alone(answer.others);
    else this.#take(answer, asks);
    this.#watch();
    this.#sendIn(this.#pauseMs());
  }

  #alone(others: number): void {
    this.#servers = others + 1;
    this.#isHungry = false;
    if (others === 0) {
      this.#entries.clear();
      this.#isAlone = true;
      this.#isOpening = false;
      this.#more();
      return;
    }
    // What is used now is kept, by the next message. The table knows no part: a message that came late may have removed
    // those that this server knows.
    for (const entry of this.#entries.values()) entry.noted = undefined;
    this.#isAlone = false;
    this.#isOpening = true;
    this.#messages.request();
  }

  #take({ others, held = {}, missing = {} }: BudgetAnswer, asks: readonly BudgetAsk[]): void {
    this.#servers = others + 1;
    this.#isAlone = false;
    this.#isOpening = false;
    for (const ask of asks) {
      const entry = this.#entries.get(ask.key);
      if (entry === undefined) continue;
      const [parts, lacks] = held[ask.key] ?? [0, 0];
      if (parts > entry.held) entry.grewAt = this.#options.clock.monotonic();
      entry.held = parts;
      entry.noted = { held: parts, missing: lacks };
    }
    this.#isHungry = Object.keys(missing).length > 0;
    for (const [key, entry] of this.#entries) {
      const [parts, sharers] = missing[key] ?? [0, 1];
      entry.missingElsewhere = parts;
      entry.sharers = sharers;
      if (entry.held < Math.min(entry.used + entry.waiting, entry.limit)) this.#isHungry = true;
      const isUnused = entry.held === 0 && entry.noted?.missing === 0 && entry.used === 0 && entry.waiting === 0;
      if (isUnused) this.#entries.delete(key);
    }
    this.#more();
  }

  #lost(): void {
    this.#lease = undefined;
    // one that needs no others goes on until it hears of them
    this.#isAlone &&= this.#options.mayGoOnAlone;
    this.#isOpening = false;
    this.#liveUntil = Number.NEGATIVE_INFINITY;
    this.#entries.clear();
    this.#watch();
  }

  #failed(error: unknown): void {
    this.#options.onError(error);
    this.#isFailing = true;
    this.#watch();
    this.#sendIn(EACH_MS.failed);
  }

  /** Parts that are given back are not used any more from here on, whether the message arrives or not. */
  #asks(now: number): BudgetAsk[] {
    for (const entry of this.#entries.values()) {
      entry.used = 0;
      entry.waiting = 0;
      entry.keepsLast = false;
    }
    for (const [kind, consumer] of this.#consumers)
      for (const use of consumer.uses()) this.#note(`${kind}/${use.key}`, use);
    for (const entry of this.#entries.values())
      if (now - entry.requestedAt < REQUESTED_MS) entry.waiting = Math.max(entry.waiting, 1);
    const asks: BudgetAsk[] = [];
    for (const entry of this.#entries.values()) {
      const { key, limit, used } = entry;
      if (this.#isOpening) entry.held = used;
      const claim = claimOf({ ...entry, ...needsOf(entry, now), turn: turnOf(entry, now), servers: this.#servers });
      const { missing } = claim;
      // it could not be asked for again, and calls go on without the table
      const want = this.#isFailing ? Math.max(claim.want, Math.min(entry.held, limit)) : claim.want;
      entry.held = Math.min(entry.held, want);
      if (entry.noted?.held === want && entry.noted.missing === missing) continue;
      entry.noted = undefined;
      asks.push({ key, most: limit, used, want, missing });
    }
    return asks;
  }

  #note(key: string, { limit, used, waiting, keepsLast = false }: Use): void {
    if (used === 0 && waiting === 0) return;
    const entry = this.#entry(key, limit);
    entry.used += used;
    entry.waiting += waiting;
    // calls of others cannot come to a server without an address
    entry.keepsLast = keepsLast && !this.#options.mayGoOnAlone;
  }

  #entry(key: string, limit: number): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.limit = limit;
      return known;
    }
    const entry: Entry = {
      ...{ key, limit, held: 0, used: 0, waiting: 0, keepsLast: false },
      ...{ needs: [], neededAt: Number.NEGATIVE_INFINITY },
      ...{ requestedAt: Number.NEGATIVE_INFINITY, grewAt: Number.NEGATIVE_INFINITY },
      ...{ missingElsewhere: 0, sharers: 1, noted: undefined },
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #more(): void {
    for (const consumer of this.#consumers.values()) consumer.onMore();
  }

  #pauseMs(): number {
    if (this.#isHungry) return EACH_MS.hungry;
    return this.#entries.size > 0 ? EACH_MS.sharing : EACH_MS.calm;
  }

  #sendIn(ms: number): void {
    if (this.#stopped) return;
    this.#next?.cancel();
    this.#next = this.#options.clock.after(ms, () => this.#messages.request());
  }

  /** Reports the begin and the end of a pause. */
  #watch(): void {
    const { clock } = this.#options;
    const { isPaused } = this;
    this.#lapse?.cancel();
    const leftMs = this.#liveUntil - clock.monotonic();
    if (leftMs > 0 && !this.#stopped) this.#lapse = clock.after(leftMs, () => this.#watch());
    if (isPaused === this.#wasPaused) return;
    this.#wasPaused = isPaused;
    for (const consumer of this.#consumers.values()) consumer.onPause?.(isPaused);
  }
}

function usable(entry: Entry, now: number): number {
  return Math.min(entry.held, mostOf(entry, turnOf(entry, now)));
}

function turnOf({ grewAt }: Entry, now: number): Turn {
  if (now - grewAt < TURN_MS) return 'on';
  return now - grewAt < NEXT_TURN_MS ? 'over' : 'open';
}

/** Notes what is needed now, and returns the most of the last seconds. */
function needsOf(entry: Entry, now: number): { readonly peak: number; readonly isRecent: boolean } {
  const parts = entry.used + entry.waiting;
  if (parts > 0) entry.neededAt = now;
  entry.needs = [...entry.needs.filter(({ at }) => now - at < UNUSED_MS), { at: now, parts }];
  return { peak: Math.max(...entry.needs.map((need) => need.parts)), isRecent: now - entry.neededAt < RECENT_MS };
}
