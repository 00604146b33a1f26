import type { Logger } from 'pino';
import type { Clock, Timer } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { FunctionGroup, type Waiter } from './function-group.ts';
import type { Instance, StartPhases } from './instance.ts';
import type { LaunchSpec } from './launch-spec.ts';
import type { Lease } from './lease.ts';
import { type Placement, type PlacementSnapshot, place } from './placement.ts';
import { StartFailed } from './start-errors.ts';

export interface PoolLimits {
  /** An idle instance is frozen after this; undefined where the machine cannot. */
  readonly freezeMs: number | undefined;
  /** An idle instance goes after this. */
  readonly idleMs: number;
  /** A request waits for an instance at most this long. */
  readonly maxWaitMs: number;
  /** Requests that may wait for one function. */
  readonly maxWaiting: number;
  readonly maxStarts: number;
  /** What all instances together may be promised. */
  readonly memoryMb: number;
}

export interface PoolGauges {
  readonly instances: number;
  readonly idle: number;
  readonly frozen: number;
  readonly starting: number;
  readonly waiting: number;
  readonly promisedMemoryMb: number;
}

interface PoolOptions {
  readonly start: (spec: LaunchSpec, signal: AbortSignal) => Promise<Instance>;
  readonly clock: Clock;
  readonly limits: PoolLimits;
  readonly log: Logger;
}

const NO_PHASES: StartPhases = { sandboxMs: 0, bootMs: 0, loadMs: 0, initMs: 0 };
const OVERLOADED = 'Your request has been controlled by overload sdk, please retry later';

/** All instances of this server. Decides by `place`; this class only keeps the books and does what was decided. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #groups = new Map<string, FunctionGroup>();
  readonly #abort = new AbortController();
  #startsUnderWay = 0;
  #promisedMb = 0;
  #sweep: Timer | undefined;
  #stopped = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * A slot of an instance that runs exactly `spec.key`. Rejects with `StartFailed`, with `overloaded` (function
   * disabled, too many waiting, waited too long), `unavailable` while stopping, or the signal's reason.
   */
  acquire(spec: LaunchSpec, signal?: AbortSignal): Promise<Lease> {
    if (this.#stopped) return Promise.reject(new PlatformError('unavailable', 'the server is stopping'));
    const group = this.#group(spec.functionKey);
    const instance = group.takeFree(spec.key);
    if (instance !== undefined && group.waiters.length === 0)
      return Promise.resolve(this.#lease(group, instance, false, 0));
    if (instance !== undefined) group.offer(instance);
    return this.#wait(group, spec, signal);
  }

  #wait(group: FunctionGroup, spec: LaunchSpec, signal: AbortSignal | undefined): Promise<Lease> {
    const { clock, limits } = this.#options;
    if (group.waiters.length >= limits.maxWaiting) {
      return Promise.reject(
        new PlatformError('overloaded', OVERLOADED, {
          hint: `${limits.maxWaiting} requests wait for this function already.`,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      const settle = (): boolean => {
        if (!waiter.waiting) return false;
        waiter.waiting = false;
        group.removeWaiter(waiter);
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        return true;
      };
      const waiter: Waiter = {
        spec,
        since: clock.monotonic(),
        waiting: true,
        resolve: (lease) => (settle() ? resolve(lease) : lease.release()),
        reject: (error) => settle() && reject(error),
      };
      const expire = (): void => {
        // A start has limits of its own for loading and initializing; only a request that nothing is started for gives up.
        if (group.starting(spec.key) > 0) timer = clock.after(limits.maxWaitMs, expire);
        else
          waiter.reject(
            new PlatformError('overloaded', OVERLOADED, {
              hint: `No instance was free within ${limits.maxWaitMs} ms.`,
            }),
          );
      };
      let timer = clock.after(limits.maxWaitMs, expire);
      const onAbort = (): void => waiter.reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      group.waiters.push(waiter);
      this.#pump(spec.functionKey, group);
    });
  }

  /** Serves waiting requests in order; one that has to wait holds back only those that want the same. */
  #pump(functionKey: string, group: FunctionGroup): void {
    const held = new Set<string>();
    for (const waiter of [...group.waiters]) {
      if (!waiter.waiting || held.has(waiter.spec.key)) continue;
      const placement = place(this.#snapshot(functionKey, group, waiter));
      if (!this.#carryOut(functionKey, group, waiter, placement)) held.add(waiter.spec.key);
    }
    this.#forget(functionKey, group);
  }

  /** Whether the next waiter may be looked at. */
  #carryOut(functionKey: string, group: FunctionGroup, waiter: Waiter, placement: Placement): boolean {
    switch (placement.kind) {
      case 'reuse': {
        const instance = group.takeFree(waiter.spec.key);
        if (instance === undefined) throw new Error('placement chose an instance that is not free');
        waiter.resolve(this.#lease(group, instance, false, this.#options.clock.monotonic() - waiter.since));
        return true;
      }
      case 'start':
        for (const id of placement.evict) this.#evict(id);
        void this.#start(functionKey, group, waiter.spec);
        return true;
      case 'wait':
        if (placement.againMs !== undefined) this.#lookAgain(functionKey, group, placement.againMs);
        return false;
      case 'refuse': {
        const hint =
          placement.reason === 'disabled'
            ? 'The function is disabled: its number of instances is 0.'
            : 'Its memory size is more than this server may give to functions.';
        waiter.reject(new PlatformError('overloaded', OVERLOADED, { hint }));
        return true;
      }
    }
  }

  #lookAgain(functionKey: string, group: FunctionGroup, ms: number): void {
    group.recheck ??= this.#options.clock.after(ms, () => {
      group.recheck = undefined;
      this.#pump(functionKey, group);
    });
  }

  async #start(functionKey: string, group: FunctionGroup, spec: LaunchSpec): Promise<void> {
    const begun = this.#options.clock.monotonic();
    group.startBegins(spec.key);
    this.#startsUnderWay += 1;
    this.#promisedMb += spec.memoryMb;
    let instance: Instance | undefined;
    let failure: unknown;
    try {
      instance = await this.#options.start(spec, this.#abort.signal);
    } catch (error) {
      failure = error;
      this.#promisedMb -= spec.memoryMb;
    }
    this.#startsUnderWay -= 1;
    group.startEnds(spec.key);
    if (instance !== undefined) {
      group.startTook(spec.key, this.#options.clock.monotonic() - begun);
      this.#join(functionKey, group, instance);
    }
    if (instance === undefined) this.#tellFailure(group, spec, failure);
    this.#pumpAll();
  }

  /** A new instance goes to the requests that waited longest for its key. */
  #join(functionKey: string, group: FunctionGroup, instance: Instance): void {
    this.#groups.set(functionKey, group);
    group.instances.add(instance);
    void instance.exited.then(() => this.#gone(functionKey, group, instance));
    const waiters = group.waitersFor(instance.spec.key);
    for (const waiter of waiters.slice(0, instance.spec.concurrency)) {
      waiter.resolve(this.#lease(group, instance, true, this.#options.clock.monotonic() - waiter.since));
    }
    if (waiters.length > 0) return;
    if (this.#stopped) void this.#stopInstance(instance);
    else group.offer(instance);
    this.#scheduleSweep();
  }

  #tellFailure(group: FunctionGroup, spec: LaunchSpec, failure: unknown): void {
    const { log } = this.#options;
    if (failure instanceof StartFailed) {
      log.info(
        {
          functionKey: spec.functionKey,
          version: spec.version,
          outcome: failure.failure.outcome,
          err: failure.failure.outcome === 'system_error' ? failure.cause : undefined,
        },
        'instance start failed',
      );
    } else if (!this.#stopped) {
      log.error({ functionKey: spec.functionKey, err: failure }, 'instance start broke');
    }
    group.firstWaiterFor(spec.key)?.reject(failure);
  }

  #lease(group: FunctionGroup, instance: Instance, cold: boolean, waitedMs: number): Lease {
    instance.take();
    group.offer(instance);
    let released = false;
    const taken = this.#options.clock.monotonic();
    return {
      instance,
      cold,
      phases: cold ? instance.phases : NO_PHASES,
      waitedMs,
      release: () => {
        if (released) throw new Error('a lease was released twice');
        released = true;
        group.requestTook(instance.spec.key, this.#options.clock.monotonic() - taken);
        this.#release(group, instance);
      },
    };
  }

  #release(group: FunctionGroup, instance: Instance): void {
    instance.free();
    if (instance.state === 'draining' && instance.inFlight === 0) void this.#stopInstance(instance);
    // The usual case under load: the slot goes straight to whoever waits longest, without a look at the whole pool.
    const next = instance.hasRoom ? group.firstWaiterFor(instance.spec.key) : undefined;
    if (next !== undefined) {
      next.resolve(this.#lease(group, instance, false, this.#options.clock.monotonic() - next.since));
      return;
    }
    group.offer(instance);
    if (group.waiters.length > 0) this.#pump(instance.spec.functionKey, group);
    if (instance.inFlight === 0) {
      this.#scheduleSweep();
      // Memory may be what others wait for: an idle instance can be evicted.
      if (this.#waitersElsewhere(group)) this.#pumpAll();
    }
  }

  #waitersElsewhere(group: FunctionGroup): boolean {
    for (const other of this.#groups.values()) if (other !== group && other.waiters.length > 0) return true;
    return false;
  }

  #snapshot(functionKey: string, group: FunctionGroup, waiter: Waiter): PlacementSnapshot {
    const { spec } = waiter;
    const pace = group.pace(spec.key);
    const idle: { id: string; memoryMb: number; idleSince: number; sameFunction: boolean }[] = [];
    for (const [key, other] of this.#groups) {
      for (const one of other.instances) {
        if (one.inFlight === 0 && one.state === 'ready') {
          idle.push({
            id: one.id,
            memoryMb: one.spec.memoryMb,
            idleSince: one.idleSince,
            sameFunction: key === functionKey,
          });
        }
      }
    }
    return {
      free: group.free(spec.key).map((i) => ({ id: i.id, idleSince: i.idleSince })),
      live: group.instances.size + group.starting(),
      starting: group.starting(spec.key),
      waiting: group.waitersFor(spec.key).length,
      waitedMs: this.#options.clock.monotonic() - waiter.since,
      serving: group.serving(spec.key),
      concurrency: spec.concurrency,
      usualBusyMs: pace.busyMs,
      usualStartMs: pace.startMs,
      maxInstances: spec.maxInstances,
      startsUnderWay: this.#startsUnderWay,
      maxStarts: this.#options.limits.maxStarts,
      memoryMb: spec.memoryMb,
      freeMemoryMb: this.#options.limits.memoryMb - this.#promisedMb,
      totalMemoryMb: this.#options.limits.memoryMb,
      idle,
    };
  }

  #evict(id: string): void {
    for (const group of this.#groups.values()) {
      for (const instance of group.instances) if (instance.id === id) this.#dismiss(group, instance);
    }
  }

  /** Takes an instance out of use at once; its processes end soon after. */
  #dismiss(group: FunctionGroup, instance: Instance): void {
    instance.drain();
    this.#unlist(group, instance);
    void this.#stopInstance(instance);
  }

  #unlist(group: FunctionGroup, instance: Instance): void {
    if (group.remove(instance)) this.#promisedMb -= instance.spec.memoryMb;
  }

  #gone(functionKey: string, group: FunctionGroup, instance: Instance): void {
    this.#unlist(group, instance);
    void this.#stopInstance(instance);
    this.#forget(functionKey, group);
    this.#pumpAll();
  }

  async #stopInstance(instance: Instance): Promise<void> {
    try {
      await instance.stop();
    } catch (error) {
      this.#options.log.error({ instanceId: instance.id, err: error }, 'instance could not be stopped');
    }
  }

  /**
   * New code never answers from an old instance: of the function's instances with a stale key the idle ones stop now, the
   * busy ones after their request.
   */
  retire(functionKey: string, isStale: (key: string) => boolean): void {
    const group = this.#groups.get(functionKey);
    if (group === undefined) return;
    for (const instance of [...group.instances]) {
      if (!isStale(instance.spec.key)) continue;
      if (instance.inFlight === 0) this.#dismiss(group, instance);
      else instance.drain();
    }
  }

  gauges(): PoolGauges {
    let [instances, idle, frozen, waiting] = [0, 0, 0, 0];
    for (const group of this.#groups.values()) {
      instances += group.instances.size;
      waiting += group.waiters.length;
      for (const one of group.instances) {
        if (one.inFlight === 0) idle += 1;
        if (one.isFrozen) frozen += 1;
      }
    }
    return { instances, idle, frozen, waiting, starting: this.#startsUnderWay, promisedMemoryMb: this.#promisedMb };
  }

  #scheduleSweep(): void {
    const { clock, limits } = this.#options;
    this.#sweep ??= clock.after(Math.min(limits.idleMs, 1_000), () => {
      this.#sweep = undefined;
      this.#releaseIdle();
    });
  }

  #releaseIdle(): void {
    const { idleMs, freezeMs } = this.#options.limits;
    const now = this.#options.clock.now();
    const due = now - idleMs;
    const freezeDue = freezeMs === undefined ? undefined : now - freezeMs;
    let idle = 0;
    for (const [functionKey, group] of this.#groups) {
      for (const instance of [...group.instances]) {
        if (instance.inFlight > 0) continue;
        if (instance.idleSince <= due) this.#dismiss(group, instance);
        else {
          idle += 1;
          if (freezeDue !== undefined && instance.idleSince <= freezeDue) instance.freeze();
        }
      }
      this.#forget(functionKey, group);
    }
    if (idle > 0 && !this.#stopped) this.#scheduleSweep();
  }

  /** Refuses what waits, lets what runs finish until `signal` fires, then ends everything. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#sweep?.cancel();
    this.#abort.abort(new PlatformError('unavailable', 'the server is stopping'));
    const ends: Promise<unknown>[] = [];
    for (const group of this.#groups.values()) {
      for (const waiter of [...group.waiters])
        waiter.reject(new PlatformError('unavailable', 'the server is stopping'));
      for (const instance of [...group.instances]) {
        if (instance.inFlight === 0) this.#dismiss(group, instance);
        else instance.drain();
        ends.push(instance.exited);
      }
    }
    const cut = (): void => {
      for (const group of this.#groups.values())
        for (const instance of [...group.instances]) this.#dismiss(group, instance);
    };
    if (signal.aborted) cut();
    else signal.addEventListener('abort', cut, { once: true });
    await Promise.all(ends);
    signal.removeEventListener('abort', cut);
  }

  #pumpAll(): void {
    for (const [functionKey, group] of this.#groups) if (group.waiters.length > 0) this.#pump(functionKey, group);
  }

  #group(functionKey: string): FunctionGroup {
    let group = this.#groups.get(functionKey);
    if (group === undefined) {
      group = new FunctionGroup();
      this.#groups.set(functionKey, group);
    }
    return group;
  }

  #forget(functionKey: string, group: FunctionGroup): void {
    if (group.isEmpty && this.#groups.get(functionKey) === group) {
      group.recheck?.cancel();
      this.#groups.delete(functionKey);
    }
  }
}
