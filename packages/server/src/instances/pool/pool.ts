import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { LimitShare, Use } from '../../cluster/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Instance } from '../instance/instance.ts';
import type { StartPhases } from '../instance/instance-types.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import { StartFailed } from '../start/start-errors.ts';
import { Departures } from './departures.ts';
import { logFailedStart } from './failed-start.ts';
import { FunctionGroup, type Reserved, type Waiter } from './function-group.ts';
import { IdleSweep } from './idle-sweep.ts';
import type { Lease } from './lease.ts';
import { MemoryBook } from './memory-book.ts';
import { type Offer, type Outlook, offerOf, outlookOf } from './outlook.ts';
import { neverFits, type Placement, place, roomFor } from './placement.ts';
import { censusOf, hasWaiters, type Resident, usesOf } from './pool-census.ts';
import { gaugesOf, type PoolGauges } from './pool-gauges.ts';
import type { PoolLimits } from './pool-limits.ts';
import { hasMemoryFor, mustYield, needsShare, type PoolView, placementSnapshot, roomSnapshot } from './pool-view.ts';
import { StartReplaced } from './stale-starts.ts';
import { LOOK_AGAIN_MS, NO_ROOM, overloaded, waitIn } from './waiting.ts';

interface PoolOptions {
  readonly start: (spec: LaunchSpec, signal: AbortSignal) => Promise<Instance>;
  readonly clock: Clock;
  readonly limits: PoolLimits;
  /** What this server may have of the instances of a function, where their number counts on several. */
  readonly share?: LimitShare | undefined;
  readonly log: Logger;
}

const NO_PHASES: StartPhases = { sandboxMs: 0, bootMs: 0, loadMs: 0, initMs: 0 };

/** All instances of this server. `place` decides; this class holds the state and carries out the decisions. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #groups = new Map<string, FunctionGroup>();
  readonly #abort = new AbortController();
  readonly #memory: MemoryBook;
  readonly #departures: Departures;
  readonly #idle: IdleSweep;
  /** Functions with a request that waits for memory, and the MB that it needs. */
  readonly #short = new Map<FunctionGroup, number>();
  #startsUnderWay = 0;
  #turns = 0;
  #stopped = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#memory = new MemoryBook(options.limits.memoryMb);
    // Each start adds a listener: their number is limited elsewhere.
    setMaxListeners(0, this.#abort.signal);
    this.#departures = new Departures(options.log);
    this.#idle = new IdleSweep({
      clock: options.clock,
      limits: options.limits,
      groups: this.#groups,
      memory: this.#memory,
      dismiss: (group, instance) => this.#dismiss(group, instance),
      forget: (group) => this.#forget(group),
      onFreed: () => this.#short.size > 0 && this.#pumpAll(),
    });
  }

  /**
   * A lease on a slot of an instance with exactly `spec.key`. Rejects with `StartFailed`, with `overloaded` (function
   * disabled, too many waiting, waited too long), `unavailable` while stopping, or the signal's reason. `laneBytes`: the
   * size of the event of a request that may wait in an instance for another one; without, it gets its slot alone.
   */
  acquire(spec: LaunchSpec, signal?: AbortSignal, laneBytes?: number): Promise<Lease> {
    if (this.#stopped) return Promise.reject(new PlatformError('unavailable', 'the server is stopping'));
    const group = this.#group(spec.functionKey);
    // An instance with a lane is never idle under load: when another function waits for memory, it could not be evicted.
    if (laneBytes !== undefined && group.waiters.size === 0 && this.#short.size === 0) {
      const shared = group.laneFor(spec.key, laneBytes, this.#options.clock.monotonic());
      if (shared === 'full') return this.#wait(group, spec, signal, laneBytes);
      if (shared !== undefined) return Promise.resolve(this.#lease(group, shared, false, 0, laneBytes));
    }
    const instance = group.takeFree(spec.key);
    if (instance !== undefined && group.waiters.size === 0 && hasMemoryFor(this.#memory, instance))
      return Promise.resolve(this.#lease(group, instance, false, 0, laneBytes));
    if (instance !== undefined) group.offer(instance);
    return this.#wait(group, spec, signal, laneBytes);
  }

  /** Of the budget, besides what instances are charged with. */
  get freeMemoryMb(): number {
    return this.#memory.freeMb;
  }

  /** Whether `acquire` would give it a slot in this turn of the loop. */
  hasSlot(spec: LaunchSpec, laneBytes: number | undefined): boolean {
    const group = this.#groups.get(spec.functionKey);
    if (this.#stopped || group === undefined || group.waiters.size > 0) return false;
    if (laneBytes !== undefined && this.#short.size === 0) {
      const shared = group.laneFor(spec.key, laneBytes, this.#options.clock.monotonic());
      if (shared !== undefined) return shared !== 'full';
    }
    const instance = group.peekFree(spec.key);
    return instance !== undefined && hasMemoryFor(this.#memory, instance);
  }

  /** What a request without a slot can expect. */
  outlook(spec: LaunchSpec, laneBytes: number | undefined): Outlook {
    if (this.#stopped) return 'none';
    const group = this.#groups.get(spec.functionKey) ?? new FunctionGroup(spec.functionKey);
    return outlookOf(this.#view(), group, { spec, laneBytes }, this.#options.clock.monotonic());
  }

  offer(): Offer {
    return offerOf(this.#view());
  }

  /** When true, instances are frozen as soon as they are idle, and no runtime is prewarmed beyond the minimum. */
  get isMemoryShort(): boolean {
    return this.#memory.freeMb < this.#memory.totalMb / 4;
  }

  #wait(
    group: FunctionGroup,
    spec: LaunchSpec,
    signal: AbortSignal | undefined,
    laneBytes: number | undefined,
  ): Promise<Lease> {
    const { clock, limits } = this.#options;
    const first = group.firstWaiterFor(spec.key);
    const lease = waitIn(group, spec, { clock, limits, signal, laneBytes });
    // The usual case under load: others wait for the same instances, and whether they suffice is about to be judged.
    if (group.recheck === undefined || first?.why !== 'turn') this.#pump(group, Number.POSITIVE_INFINITY);
    return lease;
  }

  /**
   * Serves waiting requests in order, with at most so many starts; a request that must wait blocks only those with the
   * same key. Returns whether more starts may be needed.
   */
  #pump(group: FunctionGroup, mostStarts: number): boolean {
    const held = new Set<string>();
    let starts = 0;
    this.#short.delete(group);
    for (const waiter of group.waiters) {
      if (held.has(waiter.spec.key)) continue;
      if (starts >= mostStarts) return true;
      const placement = place(placementSnapshot(this.#view(), group, waiter, this.#options.clock.monotonic()));
      if (placement.kind === 'start') starts += 1;
      if (!this.#carryOut(group, waiter, placement)) held.add(waiter.spec.key);
    }
    this.#forget(group);
    return false;
  }

  /** Returns whether to continue with the next waiter. */
  #carryOut(group: FunctionGroup, waiter: Waiter, placement: Placement): boolean {
    switch (placement.kind) {
      case 'reuse': {
        const instance = group.takeFree(waiter.spec.key);
        if (instance === undefined) throw new Error('placement chose an instance that is not free');
        for (const id of placement.evict) this.#evict(id);
        this.#serve(group, instance, waiter, false);
        return true;
      }
      case 'start':
        for (const id of placement.evict) this.#evict(id);
        this.#turns += 1;
        group.lastTurn = this.#turns;
        void this.#start(group, waiter.spec);
        return true;
      case 'wait':
        waiter.why = placement.why;
        if (placement.why === 'limit') void this.#options.share?.ask(group.functionKey, waiter.spec.maxInstances);
        if (placement.why === 'memory') this.#short.set(group, waiter.spec.memoryMb);
        if (placement.againMs !== undefined) this.#lookAgain(group, Math.min(placement.againMs, LOOK_AGAIN_MS));
        return false;
      case 'refuse':
        waiter.reject(overloaded(NO_ROOM[placement.reason]));
        return true;
    }
  }

  #lookAgain(group: FunctionGroup, ms: number): void {
    if (group.recheck !== undefined) return;
    const { clock } = this.#options;
    const due = clock.monotonic() + ms;
    group.recheck = clock.afterReads(ms, () => {
      group.recheck = undefined;
      group.readAt = clock.monotonic();
      group.lateMs = group.readAt - due;
      this.#pump(group, Number.POSITIVE_INFINITY);
    });
  }

  async #start(group: FunctionGroup, spec: LaunchSpec): Promise<void> {
    try {
      await this.#launch(group, spec, undefined);
    } catch (error) {
      this.#failed(group, spec, error);
    }
    this.#pumpAll();
  }

  async #launch(group: FunctionGroup, spec: LaunchSpec, reserved: Reserved | undefined): Promise<Instance> {
    const begun = this.#options.clock.monotonic();
    const promise = {};
    const own = reserved === undefined ? group.starts.begins(spec.key) : undefined;
    group.startBegins(spec.key);
    this.#startsUnderWay += 1;
    this.#memory.charge(promise, spec.functionKey, spec.memoryMb);
    try {
      const signal = own === undefined ? this.#abort.signal : AbortSignal.any([this.#abort.signal, own.signal]);
      const instance = await this.#options.start(spec, signal);
      this.#memory.charge(instance, spec.functionKey, spec.memoryMb);
      group.startTook(spec.key, this.#options.clock.monotonic() - begun);
      if (reserved !== undefined) group.reserved.set(instance, reserved);
      this.#join(group, instance);
      return instance;
    } finally {
      this.#memory.drop(promise);
      this.#startsUnderWay -= 1;
      group.startEnds(spec.key);
      own?.ends();
    }
  }

  /** Gives a new instance to the requests that waited longest for its key. */
  #join(group: FunctionGroup, instance: Instance): void {
    this.#groups.set(group.functionKey, group);
    group.add(instance);
    void instance.exited.then(() => this.#gone(group, instance));
    const waiters = group.waitersFor(instance.spec.key);
    for (const waiter of waiters.slice(0, instance.spec.concurrency)) {
      this.#serve(group, instance, waiter, true);
    }
    if (waiters.length > 0) return;
    if (this.#stopped) void this.#departures.end(instance);
    else group.offer(instance);
    this.#idle.schedule();
  }

  #failed(group: FunctionGroup, spec: LaunchSpec, failure: unknown): void {
    if (failure instanceof StartReplaced) return;
    if (failure instanceof StartFailed || !this.#stopped) logFailedStart(this.#options.log, spec, failure);
    const waiter = group.firstWaiterFor(spec.key);
    if (waiter !== undefined) waiter.reject(failure);
    else if (failure instanceof StartFailed) failure.printed.release();
  }

  #serve(group: FunctionGroup, instance: Instance, waiter: Waiter, cold: boolean): void {
    const waitedMs = this.#options.clock.monotonic() - waiter.since;
    waiter.resolve(this.#lease(group, instance, cold, waitedMs, waiter.laneBytes));
  }

  #lease(
    group: FunctionGroup,
    instance: Instance,
    cold: boolean,
    waitedMs: number,
    laneBytes: number | undefined,
  ): Lease {
    instance.take(laneBytes);
    if (instance.isFrozen) this.#memory.charge(instance, instance.spec.functionKey, instance.spec.memoryMb);
    group.offer(instance);
    group.leases += 1;
    let released = false;
    const taken = this.#options.clock.monotonic();
    return {
      instance,
      cold,
      reserved: group.reserved.has(instance),
      phases: cold ? instance.phases : NO_PHASES,
      waitedMs,
      release: (end) => {
        if (released) throw new Error('a lease was released twice');
        released = true;
        const now = this.#options.clock.monotonic();
        group.requestTook(instance.spec.key, { ms: now - taken, ...end }, now);
        group.leases -= 1;
        this.#release(group, instance, laneBytes);
        if (group.isEmpty) this.#forget(group);
      },
    };
  }

  #release(group: FunctionGroup, instance: Instance, laneBytes: number | undefined): void {
    instance.free(laneBytes);
    if (instance.state === 'draining' && instance.inFlight === 0) void this.#departures.end(instance);
    // The usual case under load: the slot goes straight to the longest waiting request; the pool is not searched.
    const next = instance.hasRoom ? group.firstWaiterFor(instance.spec.key) : undefined;
    if (next !== undefined && this.#short.size > 0 && mustYield(group, instance, this.#short, this.#memory)) {
      this.#dismiss(group, instance);
      this.#pumpAll();
      return;
    }
    if (next !== undefined && !this.#lanesAreFull(group, next)) {
      this.#serve(group, instance, next, false);
      this.#fillLane(group, instance);
      return;
    }
    if (this.#fillLane(group, instance)) return;
    group.offer(instance);
    if (group.waiters.size > 0) this.#pump(group, Number.POSITIVE_INFINITY);
    if (instance.inFlight === 0) {
      this.#idle.schedule();
      if (this.isMemoryShort && this.#options.limits.freezeMs !== undefined) void this.#idle.freeze(group, instance);
      // Others may wait for memory: an idle instance can be evicted.
      if (hasWaiters(this.#groups, group)) this.#pumpAll();
    }
  }

  /** Sends the longest waiting requests of its key to an instance that works, as many as may wait there. */
  #fillLane(group: FunctionGroup, instance: Instance): boolean {
    let isUsed = false;
    if (group.waiters.size === 0 || this.#short.size > 0 || instance.inFlight === 0) return isUsed;
    const now = this.#options.clock.monotonic();
    for (;;) {
      const next = group.firstWaiterFor(instance.spec.key);
      if (next?.laneBytes === undefined || !group.canQueue(instance, next.laneBytes, now)) return isUsed;
      this.#serve(group, instance, next, false);
      isUsed = true;
    }
  }

  #lanesAreFull(group: FunctionGroup, { spec, laneBytes }: Waiter): boolean {
    return laneBytes !== undefined && group.laneFor(spec.key, laneBytes, this.#options.clock.monotonic()) === 'full';
  }

  #view(): PoolView & { readonly share: LimitShare | undefined } {
    return {
      groups: this.#groups,
      memory: this.#memory,
      startsUnderWay: this.#startsUnderWay,
      limits: this.#options.limits,
      share: this.#options.share,
    };
  }

  /**
   * Keeps an instance of exactly this launch for a reservation: an existing one, otherwise a new one. It takes requests
   * like any other, before on-demand ones, and is not stopped when idle nor evicted for memory. Rejects with
   * `StartFailed`, with `overloaded` when there is no room, or `unavailable` while stopping.
   */
  async reserve(spec: LaunchSpec, reserved: Reserved): Promise<Instance> {
    if (needsShare(this.#view(), spec)) await this.#options.share?.ask(spec.functionKey, spec.maxInstances);
    if (this.#stopped) throw new PlatformError('unavailable', 'the server is stopping');
    const group = this.#group(spec.functionKey);
    const existing = group.unreserved(spec.key).find((instance) => hasMemoryFor(this.#memory, instance));
    if (existing !== undefined) {
      this.#memory.charge(existing, spec.functionKey, spec.memoryMb);
      group.reserved.set(existing, reserved);
      if (reserved.awake) existing.wake();
      return existing;
    }
    // Reserved by configuration: the administrator has decided how memory is shared.
    const room = { ...roomSnapshot(this.#view(), group, spec), heldMemoryMb: 0 };
    const never = neverFits(room);
    const found = never === undefined ? roomFor(room) : { lacks: never };
    if ('lacks' in found) {
      this.#forget(group);
      throw overloaded(NO_ROOM[found.lacks]);
    }
    for (const id of found.evict) this.#evict(id);
    try {
      return await this.#launch(group, spec, reserved);
    } catch (error) {
      if (error instanceof StartFailed) error.printed.release();
      throw error;
    } finally {
      this.#pumpAll();
    }
  }

  /** Changes how a reserved instance is kept. No effect on an ended instance. */
  keep(instance: Instance, reserved: Reserved): void {
    const group = this.#groups.get(instance.spec.functionKey);
    if (group === undefined || !group.reserved.has(instance)) return;
    group.reserved.set(instance, reserved);
    if (reserved.awake) instance.wake();
    else this.#idle.schedule();
  }

  /** Ends the reservation of one instance: it is stopped at once when idle, otherwise it becomes an on-demand one. */
  unreserve(instance: Instance): void {
    const group = this.#groups.get(instance.spec.functionKey);
    if (group === undefined || !group.reserved.delete(instance)) return;
    if (instance.inFlight === 0) this.#dismiss(group, instance);
    this.#pumpAll();
  }

  #evict(id: string): void {
    for (const group of this.#groups.values()) {
      for (const instance of group.instances) if (instance.id === id) this.#dismiss(group, instance);
    }
  }

  /** Removes an instance from use at once; its processes end soon after. */
  #dismiss(group: FunctionGroup, instance: Instance): void {
    instance.drain();
    this.#unlist(group, instance);
    void this.#departures.end(instance);
  }

  #unlist(group: FunctionGroup, instance: Instance): void {
    // An instance with a pre-stop handler uses its memory until it has ended.
    if (group.remove(instance) && instance.spec.preStop === undefined) this.#memory.drop(instance);
  }

  #gone(group: FunctionGroup, instance: Instance): void {
    this.#unlist(group, instance);
    this.#memory.drop(instance);
    void this.#departures.clear(instance);
    this.#forget(group);
    this.#pumpAll();
  }

  /**
   * Prevents answers by outdated code: of the function's instances with a stale key the idle ones stop now, the busy
   * ones after their requests, and starts for which no request waits.
   */
  retire(functionKey: string, isStale: (key: string) => boolean): void {
    const group = this.#groups.get(functionKey);
    if (group === undefined) return;
    group.retireStarts(isStale);
    for (const instance of [...group.instances]) {
      if (!isStale(instance.spec.key)) continue;
      if (instance.inFlight === 0) this.#dismiss(group, instance);
      else instance.drain();
    }
  }

  census(): Generator<Resident> {
    return censusOf(this.#groups);
  }

  /** What each function has of its number of instances. */
  readonly uses = (): Iterable<Use> => usesOf(this.#groups);
  /** Call when the share of this server has grown. */
  readonly onMore = (): void => this.#pumpAll();

  gauges(): PoolGauges {
    return gaugesOf(this.#view());
  }

  /** Refuses waiting requests, lets running ones finish until `signal` fires, then stops everything. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#idle.stop();
    this.#abort.abort(new PlatformError('unavailable', 'the server is stopping'));
    const ends: Promise<unknown>[] = [];
    for (const group of this.#groups.values()) {
      for (const { reject } of group.waiters) reject(new PlatformError('unavailable', 'the server is stopping'));
      for (const instance of [...group.instances]) {
        if (instance.inFlight === 0) this.#dismiss(group, instance);
        else instance.drain();
        ends.push(instance.exited);
      }
    }
    const cut = (): void => {
      for (const group of this.#groups.values())
        for (const instance of [...group.instances]) this.#dismiss(group, instance);
      this.#departures.cut();
    };
    if (signal.aborted) cut();
    else signal.addEventListener('abort', cut, { once: true });
    await Promise.all([...ends, this.#departures.gone()]);
    signal.removeEventListener('abort', cut);
  }

  /** One start for each function in turn, the one that waited longest for a start first, until no more can start. */
  #pumpAll(): void {
    let groups = [...this.#groups.values()].filter((group) => group.waiters.size > 0);
    while (groups.length > 0) {
      groups.sort((a, b) => a.lastTurn - b.lastTurn);
      groups = groups.filter((group) => this.#pump(group, 1));
    }
  }

  #group(functionKey: string): FunctionGroup {
    let group = this.#groups.get(functionKey);
    if (group === undefined) {
      group = new FunctionGroup(functionKey);
      this.#groups.set(functionKey, group);
    }
    return group;
  }

  #forget(group: FunctionGroup): void {
    if (group.waiters.size === 0) this.#short.delete(group);
    if (group.isEmpty && this.#groups.get(group.functionKey) === group) {
      // A failure is remembered for its time even when it ended the last instance.
      if (!this.#stopped && group.isPaused(this.#options.clock.monotonic())) {
        this.#idle.schedule();
        return;
      }
      group.recheck?.cancel();
      group.expiry?.cancel();
      this.#groups.delete(group.functionKey);
    }
  }
}
