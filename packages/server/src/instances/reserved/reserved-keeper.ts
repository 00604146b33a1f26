import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import { pauseAfter } from '../../lib/pause-after.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { exitFailure } from '../instance/failure.ts';
import type { Instance } from '../instance/instance.ts';
import type { Pool } from '../pool/pool.ts';
import { isNoMemory } from '../pool/waiting.ts';
import type { SandboxExit } from '../sandbox/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import { StartFailed } from '../start/start-errors.ts';
import { reservedStep } from './reserved-step.ts';

/** Instances to keep ready. */
export interface Reservation {
  readonly spec: LaunchSpec;
  readonly count: number;
  /** No processor time between requests. */
  readonly idleMode: boolean;
}

/** Current state of a reservation. */
export interface ReservedState {
  readonly desired: number;
  readonly ready: number;
  readonly starting: number;
  /** Why there are fewer than desired; undefined without a failure. */
  readonly failing: ReservedFailure | undefined;
}

export interface ReservedFailure {
  readonly reason: string;
  /** Failures in a row. */
  readonly failures: number;
  /** Ms since the epoch of the next try. */
  readonly nextTryAt: number;
}

interface Entry {
  reservation: Reservation;
  readonly instances: Set<Instance>;
  /** Starts under way by key. */
  readonly starting: Map<string, number>;
  failing: ReservedFailure | undefined;
  /** Its instances start, but end by themselves soon after. */
  unsteady: boolean;
  retry: Timer | undefined;
}

interface KeeperOptions {
  readonly pool: Pick<Pool, 'reserve' | 'unreserve' | 'keep'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Concurrent reserved starts: the other starts of the machine are left for requests. */
const MAX_STARTING = 8;
/** After failures of a reservation in a row. */
const PAUSES = { firstMs: 1_000, mostMs: 60_000 };
/** The most of one reservation, so that a slow initializer does not delay all others. */
const MAX_STARTING_EACH = 2;
/** An instance that ran this long without a request was not broken from the start. */
const STEADY_MS = 60_000;
const MAX_REASON_CHARS = 500;

/**
 * Keeps reserved instances alive: starts missing ones, stops superfluous or outdated ones, and waits longer after each
 * failure. An instance that dies of a request is replaced at once, since that does not make requests come faster.
 */
export class ReservedKeeper {
  readonly #options: KeeperOptions;
  readonly #entries = new Map<string, Entry>();
  #onNoMemory: (id: string, kept: number) => void = () => {};
  #starting = 0;
  #stopped = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Sets the reservation of an id. A new launch, or fewer instances, resets the failures of the one before. */
  want(id: string, reservation: Reservation): void {
    const entry = this.#entries.get(id) ?? {
      reservation,
      instances: new Set(),
      starting: new Map(),
      failing: undefined,
      unsteady: false,
      retry: undefined,
    };
    const { spec, count } = entry.reservation;
    if (spec.key !== reservation.spec.key || reservation.count < count) this.#forgive(entry);
    entry.reservation = reservation;
    this.#entries.set(id, entry);
    for (const instance of entry.instances) this.#options.pool.keep(instance, { awake: !reservation.idleMode });
    this.#tend(id, entry);
  }

  /** Ends a reservation. Its instances that are still starting are stopped once they are ready. */
  drop(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#forgive(entry);
    for (const instance of entry.instances) this.#options.pool.unreserve(instance);
    entry.instances.clear();
    this.#tendAll();
  }

  /** Undefined for an id without a reservation. */
  state(id: string): ReservedState | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const { count, spec } = entry.reservation;
    return {
      desired: count,
      ready: readyOf(entry),
      starting: entry.starting.get(spec.key) ?? 0,
      failing: entry.failing,
    };
  }

  /** `listener` is called when memory is too short for more than `kept` instances of a reservation. */
  onNoMemory(listener: (id: string, kept: number) => void): void {
    this.#onNoMemory = listener;
  }

  /** Starts no more instances. The pool ends the existing ones. */
  stop(): void {
    this.#stopped = true;
    for (const entry of this.#entries.values()) entry.retry?.cancel();
  }

  #tendAll(): void {
    for (const [id, entry] of this.#entries) this.#tend(id, entry);
  }

  #tend(id: string, entry: Entry): void {
    if (this.#stopped) return;
    const { spec, count } = entry.reservation;
    const step = reservedStep({
      count,
      key: spec.key,
      instances: [...entry.instances].map((one) => ({
        id: one.id,
        key: one.spec.key,
        usable: isUsable(one),
        busy: one.inFlight > 0,
      })),
      starting: entry.starting.get(spec.key) ?? 0,
      paused: entry.retry !== undefined,
    });
    for (const instance of [...entry.instances]) {
      if (!step.release.includes(instance.id)) continue;
      entry.instances.delete(instance);
      this.#options.pool.unreserve(instance);
    }
    if (count === 0) this.#forgive(entry);
    let underWay = 0;
    for (const starting of entry.starting.values()) underWay += starting;
    const starts = Math.min(step.start, MAX_STARTING - this.#starting, MAX_STARTING_EACH - underWay);
    for (let n = 0; n < starts; n += 1) void this.#start(id, entry);
  }

  async #start(id: string, entry: Entry): Promise<void> {
    const { pool } = this.#options;
    const { spec, idleMode } = entry.reservation;
    const { key } = spec;
    this.#starting += 1;
    entry.starting.set(key, (entry.starting.get(key) ?? 0) + 1);
    try {
      const instance = await pool.reserve(spec, { awake: !idleMode });
      if (this.#entries.get(id) === entry) this.#keep(id, entry, instance);
      else pool.unreserve(instance);
    } catch (error) {
      if (this.#isCurrent(id, entry, key)) this.#failed(id, entry, error);
    } finally {
      this.#starting -= 1;
      const left = (entry.starting.get(key) ?? 1) - 1;
      if (left > 0) entry.starting.set(key, left);
      else entry.starting.delete(key);
    }
    // The start may have used the slot of another reservation.
    this.#tendAll();
  }

  #keep(id: string, entry: Entry, instance: Instance): void {
    const { clock } = this.#options;
    const since = clock.monotonic();
    entry.instances.add(instance);
    if (!entry.unsteady) this.#forgive(entry);
    else {
      clock.after(STEADY_MS, () => {
        if (entry.instances.has(instance)) this.#forgive(entry);
      });
    }
    void instance.exited.then((exit) => {
      if (!entry.instances.delete(instance) || this.#stopped) return;
      this.#died(id, entry, { instance, exit, livedMs: clock.monotonic() - since });
      this.#tend(id, entry);
    });
  }

  #died(
    id: string,
    entry: Entry,
    { instance, exit, livedMs }: { instance: Instance; exit: SandboxExit; livedMs: number },
  ): void {
    if (instance.served > 0 || livedMs >= STEADY_MS) this.#forgive(entry);
    else if (this.#isCurrent(id, entry, instance.spec.key)) {
      entry.unsteady = true;
      const text = reasonOf(exitFailure(exit, instance.spec).payload);
      this.#pause(id, entry, `it ended ${(livedMs / 1000).toFixed(1)} s after its start: ${text}`);
    }
  }

  #failed(id: string, entry: Entry, error: unknown): void {
    const { log } = this.#options;
    const { functionKey, version } = entry.reservation.spec;
    if (error instanceof StartFailed) {
      const { outcome, payload } = error.failure;
      log.info({ functionKey, version, outcome }, 'a reserved instance could not be started');
      this.#pause(id, entry, `${outcome}: ${reasonOf(payload)}`);
    } else if (error instanceof PlatformError) {
      this.#pause(id, entry, error.hint ?? error.message);
      if (isNoMemory(error)) {
        const underWay = (entry.starting.get(entry.reservation.spec.key) ?? 1) - 1;
        this.#onNoMemory(id, readyOf(entry) + underWay);
      }
    } else {
      log.error({ functionKey, version, err: error }, 'the start of a reserved instance broke');
      this.#pause(id, entry, 'the platform failed to start it; the reason is in its log');
    }
  }

  #pause(id: string, entry: Entry, reason: string): void {
    const { clock } = this.#options;
    // Starts that failed together count once.
    if (entry.retry !== undefined) return;
    const failures = (entry.failing?.failures ?? 0) + 1;
    const pauseMs = pauseAfter(failures, PAUSES);
    entry.failing = { reason: reason.slice(0, MAX_REASON_CHARS), failures, nextTryAt: clock.now() + pauseMs };
    entry.retry = clock.after(pauseMs, () => {
      entry.retry = undefined;
      if (this.#entries.get(id) === entry) this.#tend(id, entry);
    });
  }

  #forgive(entry: Entry): void {
    entry.failing = undefined;
    entry.unsteady = false;
    entry.retry?.cancel();
    entry.retry = undefined;
  }

  #isCurrent(id: string, entry: Entry, key: string): boolean {
    return !this.#stopped && this.#entries.get(id) === entry && entry.reservation.spec.key === key;
  }
}

function readyOf({ instances, reservation }: Entry): number {
  return [...instances].filter((one) => isUsable(one) && one.spec.key === reservation.spec.key).length;
}

function isUsable({ state }: Instance): boolean {
  return state === 'ready' || state === 'busy';
}

/** The reason of a failure, in one line of bounded length: the text comes from the function. */
function reasonOf(payload: Buffer): string {
  const text = payload.subarray(0, 4096).toString('utf8');
  try {
    const { errorMessage } = JSON.parse(text) as { errorMessage?: unknown };
    if (typeof errorMessage === 'string') return oneLine(errorMessage);
  } catch {
    // no JSON, or cut: the text itself is the reason
  }
  return oneLine(text);
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
