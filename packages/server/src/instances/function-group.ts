import type { Timer } from '../lib/clock.ts';
import type { Instance } from './instance.ts';
import type { LaunchSpec } from './launch-spec.ts';
import type { Lease } from './lease.ts';
import type { WaitReason } from './placement.ts';

/** A request that waits for a slot. */
export interface Waiter {
  readonly spec: LaunchSpec;
  /** Monotonic ms. */
  readonly since: number;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: unknown) => void;
  /** Cleared when it was served, refused, aborted or timed out. */
  waiting: boolean;
  /** What it was last found to wait for. */
  why: WaitReason;
}

/** How an instance is kept for a reservation. */
export interface Reserved {
  /** Runs between requests too: it is never frozen. */
  readonly awake: boolean;
}

/** How fast requests of one key lately were. */
interface Pace {
  /** Of the fast ones, from lease to release; undefined before the first. */
  busyMs: number | undefined;
  /** Inside, on average; undefined before the first that told. */
  ownMs: number | undefined;
  startMs: number | undefined;
  /** Monotonic ms when a request last ended. */
  endedAt: number;
}

/** What a start is taken to last until one was measured. */
const FIRST_START_MS = 100;
/** Weight of the latest measure in an average. */
const LATEST = 0.2;
/** The same for one above the average, where the average is to stay near the fast ones. */
const LATEST_SLOWER = 0.03;

/** The books of one function in the pool: its instances, who waits, what starts, and how fast it lately was. */
export class FunctionGroup {
  readonly instances = new Set<Instance>();
  readonly waiters: Waiter[] = [];
  /** Those of `instances` that are kept whether they are used or not. */
  readonly reserved = new Map<Instance, Reserved>();
  readonly functionKey: string;
  /** Grows with each start that requests caused: who had none for the longest time is first. */
  lastTurn = 0;
  /** Looks again at requests that were put off. */
  recheck: Timer | undefined;
  /** Newest last: what became free last is used first. */
  readonly #free: Instance[] = [];
  readonly #starting = new Map<string, number>();
  readonly #paces = new Map<string, Pace>();

  constructor(functionKey: string) {
    this.functionKey = functionKey;
  }

  get isEmpty(): boolean {
    return this.instances.size === 0 && this.waiters.length === 0 && this.#starting.size === 0;
  }

  /** Starts under way, of one key or of all. */
  starting(key?: string): number {
    if (key !== undefined) return this.#starting.get(key) ?? 0;
    let sum = 0;
    for (const count of this.#starting.values()) sum += count;
    return sum;
  }

  startBegins(key: string): void {
    this.#starting.set(key, this.starting(key) + 1);
  }

  startEnds(key: string): void {
    const left = this.starting(key) - 1;
    if (left > 0) this.#starting.set(key, left);
    else this.#starting.delete(key);
  }

  /** The instance of this key to use first, if any, taken off the list: a reserved one, else the one that became free last. */
  takeFree(key: string): Instance | undefined {
    const at = this.#firstFree(key);
    return at < 0 ? undefined : this.#free.splice(at, 1)[0];
  }

  /** What `takeFree` would take. */
  peekFree(key: string): Instance | undefined {
    return this.#free[this.#firstFree(key)];
  }

  #firstFree(key: string): number {
    let newest = -1;
    for (let at = this.#free.length - 1; at >= 0; at -= 1) {
      const instance = this.#free[at];
      if (instance === undefined || instance.spec.key !== key || !instance.hasRoom) continue;
      if (this.reserved.size === 0 || this.reserved.has(instance)) return at;
      if (newest < 0) newest = at;
    }
    return newest;
  }

  /** Lists an instance as free, if it has room and is not listed yet. */
  offer(instance: Instance): void {
    if (instance.hasRoom && !this.#free.includes(instance)) this.#free.push(instance);
  }

  /** Instances of the key that take requests, now or when one ends. */
  serving(key: string): number {
    let count = 0;
    for (const { spec, state } of this.instances)
      if (spec.key === key && (state === 'ready' || state === 'busy')) count += 1;
    return count;
  }

  /** False when it was not there any more. */
  remove(instance: Instance): boolean {
    const at = this.#free.indexOf(instance);
    if (at >= 0) this.#free.splice(at, 1);
    this.reserved.delete(instance);
    return this.instances.delete(instance);
  }

  /** Requests that wait for this key, longest first. */
  waitersFor(key: string): Waiter[] {
    return this.waiters.filter((waiter) => waiter.waiting && waiter.spec.key === key);
  }

  firstWaiterFor(key: string): Waiter | undefined {
    return this.waiters.find((waiter) => waiter.waiting && waiter.spec.key === key);
  }

  removeWaiter(waiter: Waiter): void {
    const at = this.waiters.indexOf(waiter);
    if (at >= 0) this.waiters.splice(at, 1);
  }

  pace(key: string): Readonly<Pace> & { readonly startMs: number } {
    const pace = this.#pace(key);
    return { ...pace, startMs: pace.startMs ?? FIRST_START_MS };
  }

  startTook(key: string, ms: number): void {
    const pace = this.#pace(key);
    const { startMs = ms } = pace;
    pace.startMs = startMs + LATEST * (ms - startMs);
  }

  /** What a crowded processor adds must not look like the function's own need: more instances would crowd it more. */
  requestTook(key: string, { ms, ownMs }: { ms: number; ownMs: number | undefined }, now: number): void {
    const pace = this.#pace(key);
    pace.endedAt = now;
    if (ownMs !== undefined) {
      const told = Math.min(Math.max(ownMs, 0), ms);
      pace.ownMs = pace.ownMs === undefined ? told : pace.ownMs + LATEST * (told - pace.ownMs);
    }
    const { busyMs = ms } = pace;
    pace.busyMs = busyMs + (ms > busyMs ? LATEST_SLOWER : LATEST) * (ms - busyMs);
  }

  #pace(key: string): Pace {
    let pace = this.#paces.get(key);
    if (pace === undefined) {
      pace = { busyMs: undefined, ownMs: undefined, startMs: undefined, endedAt: Number.NEGATIVE_INFINITY };
      this.#paces.set(key, pace);
    }
    return pace;
  }
}
