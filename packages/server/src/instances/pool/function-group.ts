import { availableParallelism } from 'node:os';
import type { Timer } from '../../lib/clock.ts';
import { LinkedQueue, type QueuePlace } from '../../lib/linked-queue.ts';
import type { Instance } from '../instance/instance.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import { LaneDepth } from './lane-depth.ts';
import type { Lease, LeaseEnd } from './lease.ts';
import type { WaitReason } from './placement.ts';
import { StaleStarts } from './stale-starts.ts';

/** A request that waits for a slot. */
export interface Waiter {
  readonly spec: LaunchSpec;
  /** Size of its event, when it may wait in an instance for another request. */
  readonly laneBytes: number | undefined;
  /** Monotonic ms. */
  readonly since: number;
  /** Monotonic ms when it is refused, unless a start is under way. */
  until: number;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: unknown) => void;
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

const PROCESSORS = availableParallelism();
/** An instance with less work than this takes the next request, although others may have none. */
const LANE_BUSY_MS = 0.5;

/** State of one function in the pool: its instances, waiting requests, starts, and recent speed. */
export class FunctionGroup {
  readonly instances = new Set<Instance>();
  readonly waiters = new LinkedQueue<Waiter>();
  /** Instances that are kept whether they are used or not. */
  readonly reserved = new Map<Instance, Reserved>();
  readonly starts = new StaleStarts();
  readonly functionKey: string;
  /** Increases with each start for a request: the function that waited longest for a start is first. */
  lastTurn = 0;
  /** Leases that are not released: what their requests did is still to be learned. */
  leases = 0;
  /** Timer for requests whose start was postponed. */
  recheck: Timer | undefined;
  /** Timer for requests that have waited too long: one for all, since they arrive in the order of their ends. */
  expiry: Timer | undefined;
  /** Monotonic ms when the results that had arrived were last read before its waiting requests were judged. */
  readAt = Number.NEGATIVE_INFINITY;
  /** How late that was. */
  lateMs = 0;
  /** False after a start that failed, until one succeeds. */
  startsWell = true;
  #hasStarted = false;
  /** Newest last: the instance that became free last is used first. */
  readonly #free: Instance[] = [];
  readonly #starting = new Map<string, number>();
  readonly #paces = new Map<string, Pace>();
  readonly #lanes = new Map<string, LaneDepth>();
  /** Instances by key, the oldest first. */
  readonly #members = new Map<string, Instance[]>();

  constructor(functionKey: string) {
    this.functionKey = functionKey;
  }

  get isEmpty(): boolean {
    const isUsed = this.instances.size > 0 || this.waiters.size > 0 || this.#starting.size > 0;
    return !isUsed && this.leases === 0;
  }

  /** Whether requests of one of its versions run alone for a time, because of a failure. */
  isPaused(now: number): boolean {
    for (const lane of this.#lanes.values()) if (lane.isPaused(now)) return true;
    return false;
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
    this.startsWell = this.#hasStarted;
    this.#hasStarted = false;
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

  /**
   * The instance in whose lane a request waits least: a reserved one, else the oldest with hardly any work, so that few
   * instances stay warm. `'full'` when the lanes of as many instances are full as the processors can run: another one
   * would take processor time from these. Undefined when requests of this key run alone, or more instances may help.
   */
  laneFor(key: string, bytes: number, now: number): Instance | 'full' | undefined {
    const lane = this.#lanes.get(key);
    const depth = lane?.depth(now) ?? 1;
    if (lane === undefined || depth === 1) return undefined;
    let best: Instance | undefined;
    let workers = 0;
    for (const instance of this.#byPreference(key)) {
      if (!instance.sharesLane(now)) continue;
      workers += 1;
      if (instance.hasLaneRoom(depth, bytes)) {
        if (instance.inFlight * (lane.ownMs ?? 0) < LANE_BUSY_MS) return instance;
        if (best === undefined || instance.inFlight < best.inFlight) best = instance;
      }
      if (workers >= lane.workers(PROCESSORS)) return best ?? 'full';
    }
    return best;
  }

  /** How many instances keep the processors busy; undefined when requests of this key run alone. */
  workers(key: string, now: number): number | undefined {
    const lane = this.#lanes.get(key);
    return lane === undefined || lane.depth(now) === 1 ? undefined : lane.workers(PROCESSORS);
  }

  *#byPreference(key: string): Generator<Instance> {
    for (const instance of this.reserved.keys()) if (instance.spec.key === key) yield instance;
    for (const instance of this.#members.get(key) ?? []) if (!this.reserved.has(instance)) yield instance;
  }

  /** Whether the lane of this instance takes another request: `laneFor` could choose it. */
  canQueue(instance: Instance, bytes: number, now: number): boolean {
    const lane = this.#lanes.get(instance.spec.key);
    const depth = lane?.depth(now) ?? 1;
    if (lane === undefined || depth === 1 || !instance.hasLaneRoom(depth, bytes)) return false;
    let workers = 0;
    for (const worker of this.#byPreference(instance.spec.key)) {
      if (!worker.sharesLane(now)) continue;
      if (worker === instance) return true;
      workers += 1;
      if (workers >= lane.workers(PROCESSORS)) return false;
    }
    return false;
  }

  add(instance: Instance): void {
    this.instances.add(instance);
    const members = this.#members.get(instance.spec.key);
    if (members === undefined) this.#members.set(instance.spec.key, [instance]);
    else members.push(instance);
  }

  /** Adds an instance to the free list, if it has room and is not listed yet. */
  offer(instance: Instance): void {
    if (instance.hasRoom && !this.#free.includes(instance)) this.#free.push(instance);
  }

  /** How many instances of the key take requests, now or when one ends. */
  serving(key: string): number {
    return this.#serving(key).length;
  }

  /** Those of them that are not reserved. */
  unreserved(key: string): Instance[] {
    return this.#serving(key).filter((instance) => !this.reserved.has(instance));
  }

  #serving(key: string): Instance[] {
    return (this.#members.get(key) ?? []).filter(({ state }) => state === 'ready' || state === 'busy');
  }

  /** False when it was not listed. */
  remove(instance: Instance): boolean {
    const at = this.#free.indexOf(instance);
    if (at >= 0) this.#free.splice(at, 1);
    this.reserved.delete(instance);
    this.#leave(instance);
    return this.instances.delete(instance);
  }

  #leave(instance: Instance): void {
    const { key } = instance.spec;
    const members = this.#members.get(key);
    const at = members?.indexOf(instance) ?? -1;
    if (members === undefined || at < 0) return;
    members.splice(at, 1);
    if (members.length === 0) this.#members.delete(key);
  }

  /** Requests that wait for this key, longest first. */
  waitersFor(key: string): Waiter[] {
    return [...this.waiters].filter(({ spec }) => spec.key === key);
  }

  firstWaiterFor(key: string): Waiter | undefined {
    const { first } = this.waiters;
    if (first === undefined || first.spec.key === key) return first;
    for (const waiter of this.waiters) if (waiter.spec.key === key) return waiter;
    return undefined;
  }

  /** False when it waits no more. */
  removeWaiter(place: QueuePlace<Waiter>): boolean {
    const isRemoved = this.waiters.remove(place);
    if (isRemoved) this.starts.endUnawaited(this.#isAwaited);
    return isRemoved;
  }

  readonly #isAwaited = (key: string): boolean => this.firstWaiterFor(key) !== undefined;

  retireStarts(isStale: (key: string) => boolean): void {
    this.starts.retire(isStale, this.#isAwaited);
  }

  /** `fastOwnMs`: as `ownMs`, but of fast requests. */
  pace(key: string): Readonly<Pace> & { readonly startMs: number; readonly fastOwnMs: number | undefined } {
    const pace = this.#pace(key);
    return { ...pace, startMs: pace.startMs ?? FIRST_START_MS, fastOwnMs: this.#lanes.get(key)?.ownMs };
  }

  /** A start succeeded; `startEnds` follows at once. */
  startTook(key: string, ms: number): void {
    this.#hasStarted = true;
    const pace = this.#pace(key);
    const { startMs = ms } = pace;
    pace.startMs = startMs + LATEST * (ms - startMs);
  }

  /** The delay of a crowded processor must not count as the function's own time: more instances would crowd it more. */
  requestTook(key: string, { ms, ownMs, ...end }: LeaseEnd & { readonly ms: number }, now: number): void {
    const reported = ownMs === undefined ? undefined : Math.min(Math.max(ownMs, 0), ms);
    this.#lane(key, { ...end, ownMs: reported }, now);
    const pace = this.#pace(key);
    pace.endedAt = now;
    if (reported !== undefined) {
      pace.ownMs = pace.ownMs === undefined ? reported : pace.ownMs + LATEST * (reported - pace.ownMs);
    }
    const { busyMs = ms } = pace;
    pace.busyMs = busyMs + (ms > busyMs ? LATEST_SLOWER : LATEST) * (ms - busyMs);
  }

  #lane(key: string, { ownMs, cpuMs, isUnclean = false }: LeaseEnd, now: number): void {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new LaneDepth();
      this.#lanes.set(key, lane);
    }
    if (isUnclean) lane.failed(now);
    else lane.ended({ ownMs, cpuMs, isCrowded: this.leases > PROCESSORS }, now);
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
