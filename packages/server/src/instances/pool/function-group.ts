import type { Timer } from '../../lib/clock.ts';
import type { Instance } from '../instance/instance.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import type { Lease } from './lease.ts';
import type { WaitReason } from './placement.ts';

/** A request that waits for a slot. */
export interface Waiter {
  readonly spec: LaunchSpec;
  /** Monotonic ms. */
  readonly since: number;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: unknown) => void;
  /** Cleared when it is served, refused, aborted or timed out. */
  waiting: boolean;
  /** The wait reason of the last look. */
  why: WaitReason;
}

/** How an instance of a reservation is kept. */
export interface Reserved {
  /** It runs between requests, too: it is never frozen. */
  readonly awake: boolean;
}

/** Recent speed of requests of one key. */
interface Pace {
  /** Duration of fast requests, from lease to release; undefined before the first. */
  busyMs: number | undefined;
  /** Mean duration inside the runtime; undefined before the first report. */
  ownMs: number | undefined;
  startMs: number | undefined;
  /** Monotonic ms when a request last ended. */
  endedAt: number;
}

/** Assumed duration of a start before the first measurement. */
const FIRST_START_MS = 100;
/** Weight of the latest measurement in an average. */
const LATEST = 0.2;
/** The weight of a value above the average, for an average that follows the fast ones. */
const LATEST_SLOWER = 0.03;

/** State of one function in the pool: its instances, waiting requests, starts, and recent speed. */
export class FunctionGroup {
  readonly instances = new Set<Instance>();
  readonly waiters: Waiter[] = [];
  /** Instances that are kept whether they are used or not. */
  readonly reserved = new Map<Instance, Reserved>();
  readonly functionKey: string;
  /** Increases with each start for a request: the function that waited longest for a start is first. */
  lastTurn = 0;
  /** Timer for requests whose start was postponed. */
  recheck: Timer | undefined;
  /** Newest last: the instance that became free last is used first. */
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

  /**
   * Removes the instance of this key to use first from the free list: a reserved one, else the one that became free
   * last.
   */
  takeFree(key: string): Instance | undefined {
    const at = this.#firstFree(key);
    return at < 0 ? undefined : this.#free.splice(at, 1)[0];
  }

  /** The instance that `takeFree` would return. */
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

  /** Adds an instance to the free list, if it has room and is not listed yet. */
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

  /** False when it was not listed. */
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

  /** The delay of a crowded processor must not count as the function's own time: more instances would crowd it more. */
  requestTook(key: string, { ms, ownMs }: { ms: number; ownMs: number | undefined }, now: number): void {
    const pace = this.#pace(key);
    pace.endedAt = now;
    if (ownMs !== undefined) {
      const reported = Math.min(Math.max(ownMs, 0), ms);
      pace.ownMs = pace.ownMs === undefined ? reported : pace.ownMs + LATEST * (reported - pace.ownMs);
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
