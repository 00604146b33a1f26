import type { Clock, Timer } from '../../lib/clock.ts';
import type { Budgets } from './budgets.ts';
import { MemoryBudgets, randomOf } from './testing.ts';
import type { BudgetTable, LimitShare, Use } from './types.ts';

interface Event {
  readonly at: number;
  readonly run: () => void;
  isOff: boolean;
}

/** Time that passes from event to event. */
class VirtualTime {
  now = 0;
  #events: Event[] = [];

  after(ms: number, run: () => void): Event {
    const event = { at: this.now + Math.max(ms, 0), run, isOff: false };
    let at = this.#events.length;
    while (at > 0 && (this.#events[at - 1]?.at ?? 0) > event.at) at -= 1;
    this.#events.splice(at, 0, event);
    return event;
  }

  /** What an event starts runs as far as it can before the next one. */
  async until(end: number, look: () => void): Promise<void> {
    for (;;) {
      const [next] = this.#events;
      if (next === undefined || next.at > end) break;
      this.#events.shift();
      if (next.isOff) continue;
      this.now = next.at;
      next.run();
      for (let turn = 0; turn < TURNS; turn += 1) await undefined;
      look();
    }
    this.now = end;
  }
}

/** The clock of one process, which runs faster or slower than the time, and dies with the process. */
class ProcessClock implements Clock {
  isDead = false;
  readonly #time: VirtualTime;
  readonly #rate: number;

  constructor(time: VirtualTime, rate: number) {
    this.#time = time;
    this.#rate = rate;
  }

  now(): number {
    return this.monotonic();
  }

  monotonic(): number {
    return this.#time.now * this.#rate;
  }

  after(ms: number, run: () => void): Timer {
    const event = this.#time.after(ms / this.#rate, () => {
      if (!this.isDead) run();
    });
    return {
      cancel: () => {
        event.isOff = true;
      },
    };
  }

  afterReads(ms: number, run: () => void): Timer {
    return this.after(ms, run);
  }
}

/** Begun with a part of a budget; when its server loses the lease meanwhile, it runs out and counts no more. */
interface Running {
  isCounted: boolean;
}

/** Work of one budget on one server. */
interface Work {
  readonly running: Set<Running>;
  waiting: number;
  /** Since when all of it waits while parts are free; undefined when that is not so. */
  starvesSince: number | undefined;
}

interface Server {
  readonly home: string;
  readonly clock: ProcessClock;
  budgets: Budgets | undefined;
  share: LimitShare | undefined;
  readonly work: Map<string, Work>;
  wasPaused: boolean;
}

interface Faults {
  /** Of a message to the table, or of its answer. */
  readonly loss: number;
  /** Of a message that takes up to half a minute. */
  readonly late: number;
}

const CALM: Faults = { loss: 0, late: 0 };
/** For work without a part while some are free: a message without an answer, a pause, and two messages. */
const STARVED_MS = 4_000;
const ANSWER_MS = 3_000;
const TROUBLE_MS = 240_000;
/** More than any step of the budgets takes. */
const TURNS = 24;
const MOST_REPORTED = 5;
const CALM_MS = 150_000;
/** How far clocks may run apart. */
const SKEW = 0.05;

/** Servers with the real budgets over one table, by a seed: the same seed gives the same run. */
export class FaultyCluster {
  readonly limits: Readonly<Record<string, number>>;
  readonly #random: () => number;
  readonly #open: typeof Budgets.open;
  readonly #time = new VirtualTime();
  readonly #table = new MemoryBudgets(() => this.#time.now);
  readonly #servers: Server[] = [];
  readonly #cutOff = new Set<string>();
  readonly #exceeded: string[] = [];
  readonly #starved: string[] = [];
  readonly #usable: Record<string, number> = {};
  readonly #keepsLast: boolean;
  #faults: Faults;

  constructor(seed: number, open: typeof Budgets.open) {
    this.#random = randomOf(seed);
    this.#open = open;
    this.limits = { 'account/small': this.#upTo(4), 'account/large': 8 + this.#upTo(60) };
    this.#keepsLast = this.#random() < 0.5;
    // how long work may wait for a part is known only where no message is lost
    const isLossy = this.#random() < 0.5;
    this.#faults = isLossy ? { loss: this.#random() * 0.2, late: this.#random() * 0.1 } : { ...CALM };
  }

  /**
   * `exceeded`: limits that did not hold. `starved`: servers that got no part for their work, though some were free.
   * `usable`: how much of each a single server could use in the end.
   */
  report(): {
    readonly exceeded: readonly string[];
    readonly starved: readonly string[];
    readonly usable: Readonly<Record<string, number>>;
  } {
    return { exceeded: this.#exceeded, starved: this.#starved, usable: this.#usable };
  }

  async run(): Promise<void> {
    const servers = 1 + this.#upTo(3);
    for (let n = 0; n < servers; n += 1) this.#time.after(this.#random() * 5_000, () => this.#start(`home-${n}`));
    for (let at = 0; at < TROUBLE_MS; at += this.#random() * 2_000) this.#time.after(at, () => this.#demand());
    for (let at = 5_000; at < TROUBLE_MS; at += this.#random() * 40_000) this.#time.after(at, () => this.#trouble());
    await this.#pass(TROUBLE_MS);
    this.#faults = CALM;
    this.#cutOff.clear();
    for (const { work } of this.#servers)
      for (const one of work.values()) {
        one.running.clear();
        one.waiting = 0;
      }
    await this.#pass(CALM_MS);
    await this.#useAll();
  }

  async #useAll(): Promise<void> {
    const [server] = this.#servers.filter(({ budgets }) => budgets !== undefined);
    if (server === undefined) throw new Error('no server is left');
    for (const [key, limit] of Object.entries(this.limits)) {
      workOf(server, key).waiting = limit;
      this.#begin(server);
    }
    await this.#pass(30_000);
    for (const key of Object.keys(this.limits)) this.#usable[key] = workOf(server, key).running.size;
  }

  #pass(ms: number): Promise<void> {
    return this.#time.until(this.#time.now + ms, () => this.#look());
  }

  #look(): void {
    for (const server of this.#servers) {
      const isPaused = server.share?.isPaused ?? false;
      if (isPaused && !server.wasPaused)
        for (const { running } of server.work.values()) for (const one of running) one.isCounted = false;
      server.wasPaused = isPaused;
    }
    for (const [key, limit] of Object.entries(this.limits)) {
      const sum = this.#servers.reduce((all, server) => {
        const { running } = workOf(server, key);
        return all + [...running].filter(({ isCounted }) => isCounted).length;
      }, 0);
      if (sum > limit && this.#exceeded.length < MOST_REPORTED)
        this.#exceeded.push(`${key}: ${sum} of ${limit} at ${Math.round(this.#time.now)} ms`);
      for (const server of this.#servers) this.#lookForStarved(server, key, limit);
    }
  }

  #lookForStarved(server: Server, key: string, limit: number): void {
    const work = workOf(server, key);
    const { share } = server;
    const canAsk = share !== undefined && !share.isPaused && !this.#cutOff.has(server.home);
    // parts of one that is alone in the table are not known yet
    const isFree = this.#table.sum(key) < limit && !this.#table.hasAlone && this.#faults.loss === 0;
    const starves = canAsk && isFree && work.waiting > 0 && work.running.size === 0;
    work.starvesSince = starves ? (work.starvesSince ?? this.#time.now) : undefined;
    if (work.starvesSince === undefined || this.#time.now - work.starvesSince <= STARVED_MS) return;
    if (this.#starved.length < MOST_REPORTED)
      this.#starved.push(`${server.home}: ${key} of ${limit} since ${Math.round(work.starvesSince)} ms`);
    work.starvesSince = this.#time.now;
  }

  #start(home: string): void {
    const clock = new ProcessClock(this.#time, 1 + (this.#random() * 2 - 1) * SKEW);
    const server: Server = { home, clock, budgets: undefined, share: undefined, work: new Map(), wasPaused: false };
    this.#servers.push(server);
    const table = this.#tableOf(server);
    const opening = this.#open({ table, home, mayGoOnAlone: false, clock, onError: () => {} });
    opening.then(
      (budgets) => {
        if (clock.isDead) return;
        const uses = () => usesOf(server, this.limits, this.#keepsLast);
        budgets.follow('account', { uses, onMore: () => this.#begin(server) });
        server.budgets = budgets;
        server.share = budgets.share('account');
      },
      () => {
        this.#kill(server);
        this.#time.after(this.#random() * 5_000, () => this.#start(home));
      },
    );
  }

  #kill(server: Server): void {
    server.clock.isDead = true;
    const at = this.#servers.indexOf(server);
    if (at >= 0) this.#servers.splice(at, 1);
  }

  #trouble(): void {
    const server = this.#any();
    if (server === undefined) return;
    const kind = this.#upTo(4);
    if (kind === 1) {
      this.#kill(server);
      this.#time.after(this.#random() * 10_000, () => this.#start(server.home));
    } else if (kind === 2 || kind === 3) {
      this.#cutOff.add(server.home);
      this.#time.after(this.#random() * 100_000, () => this.#cutOff.delete(server.home));
    } else {
      const { budgets } = server;
      if (budgets === undefined) return;
      this.#kill(server);
      // it stops in order: its process lives until all is given back
      server.clock.isDead = false;
      const pauseMs = this.#random() * 10_000;
      void budgets.stop().then(() => this.#time.after(pauseMs, () => this.#start(server.home)));
    }
  }

  #demand(): void {
    const server = this.#any();
    if (server?.share === undefined) return;
    for (const [key, limit] of Object.entries(this.limits)) workOf(server, key).waiting += this.#upTo(limit);
    this.#begin(server);
  }

  #begin(server: Server): void {
    const { share } = server;
    if (share === undefined) return;
    for (const [key, limit] of Object.entries(this.limits)) {
      const name = key.slice('account/'.length);
      const work = workOf(server, key);
      while (work.waiting > 0 && work.running.size < share.of(name, limit)) {
        const one = { isCounted: true };
        work.waiting -= 1;
        work.running.add(one);
        this.#time.after(this.#random() ** 3 * 30_000, () => this.#end(server, work, one));
      }
      if (work.waiting > 0) void share.ask(name, limit);
    }
  }

  #end(server: Server, work: Work, one: Running): void {
    if (this.#faults !== CALM && work.running.delete(one) && !server.clock.isDead) this.#begin(server);
  }

  #any(): Server | undefined {
    return this.#servers[Math.floor(this.#random() * this.#servers.length)];
  }

  /** From 1. */
  #upTo(most: number): number {
    return 1 + Math.floor(this.#random() * most);
  }

  /** Messages of a process to the table: those of one that was killed arrive all the same. */
  #tableOf(server: Server): BudgetTable {
    const send = <T>(step: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        const answer = (settle: () => void): void => {
          if (!server.clock.isDead) settle();
        };
        this.#time.after(ANSWER_MS, () => answer(() => reject(new Error('no answer'))));
        if (this.#isLost(server)) return;
        this.#time.after(this.#delay(), () => {
          void step().then((value) => {
            if (!this.#isLost(server)) this.#time.after(this.#delay(), () => answer(() => resolve(value)));
          });
        });
      });
    return {
      join: (home) => send(() => this.#table.join(home)),
      replace: (home, lease) => send(() => this.#table.replace(home, lease)),
      exchange: (request) => send(() => this.#table.exchange(request)),
      leave: (lease) => send(() => this.#table.leave(lease)),
    };
  }

  #isLost({ home }: Server): boolean {
    return this.#cutOff.has(home) || this.#random() < this.#faults.loss;
  }

  #delay(): number {
    return this.#random() < this.#faults.late ? this.#random() * 30_000 : this.#random() * 20;
  }
}

function workOf(server: Server, key: string): Work {
  const known = server.work.get(key);
  if (known !== undefined) return known;
  const work: Work = { running: new Set<Running>(), waiting: 0, starvesSince: undefined };
  server.work.set(key, work);
  return work;
}

function* usesOf(server: Server, limits: Readonly<Record<string, number>>, keepsLast: boolean): Generator<Use> {
  for (const [key, limit] of Object.entries(limits)) {
    const { running, waiting } = workOf(server, key);
    yield { key: key.slice('account/'.length), limit, used: running.size, waiting, keepsLast };
  }
}
