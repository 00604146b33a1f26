import { parseUrn } from '@funcgraph/api';
import type { Logger } from 'pino';
import { Alarm } from '../../lib/alarm.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { LeasedMessage, Queue } from '../../queue/index.ts';
import type { Invoker } from '../invoker.ts';
import type { InvocationResult } from '../types.ts';
import { ASYNC_TOPIC, type AsyncAttributes, readAttributes } from './message.ts';
import type { Settlement } from './settlement.ts';

export interface DispatcherOptions {
  readonly queue: Queue;
  readonly invoker: Pick<Invoker, 'invoke'>;
  readonly settlement: Settlement;
  readonly clock: Clock;
  readonly log: Logger;
  /** Invocations at a time. */
  readonly slots: number;
}

/** A dead server's leases end after this; a living one extends them. */
const LEASE_MS = 30_000;
const EXTEND_EVERY_MS = 10_000;
/** More is taken only when this share of the slots is free: one lease for many messages instead of one for each. */
const REFILL_SHARE = 0.25;
/** A function may hold this share of the slots while others wait. */
const GROUP_SHARE = 0.75;
/** Dead leases and too old messages are looked for at least, and at most, this often. */
const REAP_AT_LEAST_MS = 30_000;
const REAP_AT_MOST_MS = 1_000;
/** A function that was throttled is left out of leases for this long. */
const PAUSE_MS = 500;

interface Running {
  readonly message: LeasedMessage;
  readonly abort: AbortController;
  cancelled: boolean;
}

/**
 * Takes accepted async invocations off the queue and runs them through the invoker. At least once: a message is finished
 * only after its outcome is on disk. Nothing polls: it wakes for new messages, due times and ends of runs.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** Leased here and not yet settled. */
  readonly #running = new Map<string, Running>();
  /** Slots in use: storing an outcome takes none, so that functions need not wait for the disk. */
  #busy = 0;
  readonly #perGroup = new Map<string, number>();
  readonly #paused = new Map<string, number>();
  #stopListening: (() => void) | undefined;
  readonly #wake: Alarm;
  #extend: Timer | undefined;
  #reaper: Timer | undefined;
  readonly #fill: CoalescedTask;
  #stopped = true;
  #idle: (() => void) | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#fill = new CoalescedTask(
      () => this.#takeDue(),
      (error) => {
        options.log.error({ err: error }, 'async invocations could not be taken');
        if (!this.#stopped) this.#wake.at(options.clock.now() + PAUSE_MS);
      },
    );
    this.#wake = new Alarm(options.clock, () => this.#fill.request());
  }

  /** Takes back what a killed server had leased, then starts. */
  async start(): Promise<void> {
    const { queue, log } = this.#options;
    const recovered = await queue.recover();
    if (recovered > 0) log.info({ recovered }, 'async invocations of a killed server are run again');
    this.#stopped = false;
    this.#stopListening = queue.onReady(ASYNC_TOPIC, (dueAt) => this.#wake.at(dueAt));
    this.#scheduleExtend();
    this.#scheduleReap();
    this.#fill.request();
  }

  /** Takes nothing more; resolves when all that runs is finished and recorded, or `signal` fires. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#stopListening?.();
    this.#wake.cancel();
    this.#reaper?.cancel();
    if (this.#running.size > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve();
      });
    }
    this.#extend?.cancel();
  }

  /** Stops a running invocation of this server; false when it does not run here. */
  cancel(id: string): boolean {
    const running = this.#running.get(id);
    if (running === undefined) return false;
    running.cancelled = true;
    running.abort.abort(new Error('the invocation was cancelled'));
    return true;
  }

  async #takeDue(): Promise<void> {
    const { queue, slots } = this.#options;
    for (;;) {
      const free = slots - this.#busy;
      if (this.#stopped || free < Math.max(1, slots * REFILL_SHARE)) return;
      const skipGroups = this.#groupsToSkip();
      const leased = await queue.lease({ topic: ASYNC_TOPIC, limit: free, leaseMs: LEASE_MS, skipGroups });
      for (const message of leased) void this.#run(message);
      if (leased.length === free) continue;
      await this.#sleepUntilDue(skipGroups);
      return;
    }
  }

  /** The end of a run, a new message, or the time found here wakes the dispatcher. */
  async #sleepUntilDue(skipGroups: readonly string[]): Promise<void> {
    const due = await this.#options.queue.nextDue(ASYNC_TOPIC, skipGroups);
    const times = [...this.#paused.values(), ...(due === null ? [] : [due])];
    if (times.length > 0 && !this.#stopped) this.#wake.at(Math.max(Math.min(...times), this.#options.clock.now() + 1));
  }

  #scheduleReap(): void {
    const { queue, settlement, clock, log } = this.#options;
    const next = async (): Promise<void> => {
      const reaped = await queue.reap();
      const more = (await settlement.buryExpired()) || reaped.more;
      const dueAt = more ? clock.now() : ((await queue.nextReap()) ?? Number.POSITIVE_INFINITY);
      const ms = Math.min(Math.max(dueAt - clock.now(), REAP_AT_MOST_MS), REAP_AT_LEAST_MS);
      if (!this.#stopped) this.#reaper = clock.after(ms, run);
    };
    const run = (): void => {
      next().catch((error: unknown) => {
        log.error({ err: error }, 'dead leases could not be looked for');
        if (!this.#stopped) this.#reaper = clock.after(REAP_AT_LEAST_MS, run);
      });
    };
    run();
  }

  #groupsToSkip(): string[] {
    const now = this.#options.clock.now();
    for (const [group, until] of this.#paused) if (until <= now) this.#paused.delete(group);
    const share = Math.max(1, Math.floor(this.#options.slots * GROUP_SHARE));
    const full = [...this.#perGroup].filter(([, count]) => count >= share).map(([group]) => group);
    return [...new Set([...this.#paused.keys(), ...full])];
  }

  async #run(message: LeasedMessage): Promise<void> {
    const { log } = this.#options;
    const running: Running = { message, abort: new AbortController(), cancelled: message.cancelRequested };
    this.#running.set(message.id, running);
    this.#takeSlot(message.group);
    try {
      await this.#attempt(running);
    } catch (error) {
      // The lease runs out and the message comes again: nothing is lost, it may run twice.
      log.error({ requestId: message.id, err: error }, 'the outcome of an async invocation could not be stored');
    } finally {
      this.#running.delete(message.id);
      if (this.#stopped && this.#running.size === 0) this.#idle?.();
    }
  }

  #takeSlot(group: string): void {
    this.#busy += 1;
    this.#perGroup.set(group, (this.#perGroup.get(group) ?? 0) + 1);
  }

  #freeSlot(group: string): void {
    this.#busy -= 1;
    const left = (this.#perGroup.get(group) ?? 1) - 1;
    if (left === 0) this.#perGroup.delete(group);
    else this.#perGroup.set(group, left);
    if (!this.#stopped) this.#fill.request();
  }

  async #attempt(running: Running): Promise<void> {
    const { settlement, clock } = this.#options;
    const { message } = running;
    const retriesDone = Number(message.outcome?.retriesDone ?? 0);
    let attributes: AsyncAttributes;
    let outcome: InvocationResult | { readonly thrown: unknown };
    try {
      attributes = readAttributes(message.attributes);
      if (!running.cancelled) settlement.begins(message, attributes, retriesDone + 1);
      outcome = await this.#invoke(running, attributes, retriesDone);
    } finally {
      this.#freeSlot(message.group);
    }
    if (running.cancelled) {
      await this.#whenStored(() => settlement.cancelled(message, attributes));
      return;
    }
    const { throttled } = await this.#whenStored(() => settlement.store(message, attributes, outcome));
    if (throttled) this.#paused.set(message.group, clock.now() + PAUSE_MS);
  }

  /** An outcome waits for a database that is away, so that the function need not run once more. */
  async #whenStored<T>(store: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await store();
      } catch (error) {
        if (this.#stopped || !(error instanceof PlatformError) || error.code !== 'unavailable') throw error;
      }
      await new Promise<void>((resolve) => this.#options.clock.after(PAUSE_MS, resolve));
    }
  }

  async #invoke(
    running: Running,
    attributes: AsyncAttributes,
    retriesDone: number,
  ): Promise<InvocationResult | { readonly thrown: unknown }> {
    const { invoker, clock } = this.#options;
    const { message } = running;
    if (running.cancelled) return { thrown: new Error('cancelled') };
    const urn = parseUrn(attributes.urn);
    if (urn === undefined) throw new Error('a queued message has no function URN');
    const { payload } = message;
    try {
      return await invoker.invoke({
        urn,
        event: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
        mode: 'async',
        requestId: message.id,
        attempt: retriesDone + 1,
        memoryChoice: attributes.memoryChoice,
        toAdditional: attributes.toAdditional,
        tail: false,
        receivedAt: clock.monotonic(),
        ...(message.expiresAt === null ? {} : { startBefore: message.expiresAt }),
        signal: running.abort.signal,
      });
    } catch (thrown) {
      return { thrown };
    }
  }

  #scheduleExtend(): void {
    this.#extend = this.#options.clock.after(EXTEND_EVERY_MS, () => {
      for (const { message } of this.#running.values()) {
        this.#options.queue.extend(message.receipt, LEASE_MS).catch((error: unknown) => {
          this.#options.log.error({ requestId: message.id, err: error }, 'a lease could not be extended');
        });
      }
      this.#scheduleExtend();
    });
  }
}
