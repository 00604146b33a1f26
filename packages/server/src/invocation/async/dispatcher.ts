import { parseUrn } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import { isFullDisk } from '../../lib/full-disk.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { SlotMap } from '../../lib/slot-map.ts';
import type { LeasedMessage, Peers, Queue } from '../../queue/index.ts';
import { Intake } from '../intake/intake.ts';
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
  /** Invocations that run at once. */
  readonly slots: number;
  /** Servers that share the queue. */
  readonly peers?: Peers;
}

/** A lease whose result could not be stored ends after this time; a running invocation extends it. */
const LEASE_MS = 30_000;
const EXTEND_EVERY_MS = 10_000;
/** Expired leases and messages are searched at least, and at most, this often. */
const REAP_AT_LEAST_MS = 30_000;
const REAP_AT_MOST_MS = 1_000;
const REAP_AGAIN_MS = 1_000;
/** No messages of a throttled function are leased for this time. */
const PAUSE_MS = 500;

interface Running {
  readonly message: LeasedMessage;
  readonly abort: AbortController;
  cancelled: boolean;
  begun: boolean;
}

/**
 * Runs accepted async invocations from the queue through the invoker. At least once: a message is finished only after
 * its outcome is on disk. Leases of a server that is gone are ended, and its invocations run here.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** Leased here and not yet settled. */
  readonly #running = new SlotMap<string, Running>();
  readonly #intake: Intake;
  #extend: Timer | undefined;
  #reaper: Timer | undefined;
  readonly #reap: CoalescedTask;
  #stopFollowing: (() => void) | undefined;
  #stopped = true;
  #stopping: Promise<void> | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { queue, clock, log, slots, peers } = options;
    // Storing a result needs no slot, so that functions do not wait for the disk.
    const run = (message: LeasedMessage, freeSlot: () => void): Promise<void> => this.#run(message, freeSlot);
    const shared = peers === undefined ? {} : { peers };
    this.#intake = new Intake({ queue, topic: ASYNC_TOPIC, clock, log, slots, leaseMs: LEASE_MS, run, ...shared });
    this.#reap = new CoalescedTask(
      () => this.#reapDue(),
      (error) => {
        log.error({ err: error }, 'dead leases could not be looked for');
        this.#reapIn(REAP_AGAIN_MS);
      },
    );
  }

  /** Recovers leases that no other server holds, then starts. */
  async start(): Promise<void> {
    const { queue, log } = this.#options;
    const recovered = await queue.recover();
    if (recovered > 0) log.info({ recovered }, 'async invocations of a killed server are run again');
    this.#stopped = false;
    await this.#intake.start();
    this.#scheduleExtend();
    this.#stopFollowing = this.#options.peers?.onChange(() => this.#reap.request());
    this.#reap.request();
  }

  /**
   * Leases no more messages; resolves when all running ones are finished and recorded, or `signal` fires. Idempotent.
   */
  stop(signal: AbortSignal): Promise<void> {
    this.#stopping ??= this.#stop(signal);
    return this.#stopping;
  }

  async #stop(signal: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#stopFollowing?.();
    this.#reaper?.cancel();
    await this.#intake.stop(signal);
    this.#extend?.cancel();
  }

  /** Leased invocations whose results are not stored yet. */
  get running(): number {
    return this.#running.size;
  }

  /** Leased invocations of a function that no instance has taken yet. */
  notBegun(group: string): string[] {
    const waiting = [...this.#running.values()].filter(({ message, begun }) => message.group === group && !begun);
    return waiting.map(({ message }) => message.id);
  }

  /** Stops a running invocation of this server; false when it does not run here. */
  cancel(id: string): boolean {
    const running = this.#running.get(id);
    if (running === undefined) return false;
    running.cancelled = true;
    running.abort.abort(new Error('the invocation was cancelled'));
    return true;
  }

  /** Stops those of these invocations, or of all without ids, that run here and whose cancellation was requested. */
  async cancelRequested(ids: ReadonlySet<string> | undefined): Promise<void> {
    const running = [...this.#running.keys()].filter((id) => ids?.has(id) ?? true);
    for (const id of await this.#options.queue.cancelRequested(running)) this.cancel(id);
  }

  async #reapDue(): Promise<void> {
    const { queue, settlement, clock } = this.#options;
    if (this.#stopped) return;
    const reaped = await queue.reap();
    const more = (await settlement.buryExpired()) || reaped.more;
    const dueAt = more ? clock.now() : ((await queue.nextReap(ASYNC_TOPIC)) ?? Number.POSITIVE_INFINITY);
    this.#reapIn(Math.min(Math.max(dueAt - clock.now(), REAP_AT_MOST_MS), REAP_AT_LEAST_MS));
  }

  #reapIn(ms: number): void {
    if (this.#stopped) return;
    this.#reaper?.cancel();
    this.#reaper = this.#options.clock.after(ms, () => this.#reap.request());
  }

  async #run(message: LeasedMessage, freeSlot: () => void): Promise<void> {
    const { log } = this.#options;
    const running: Running = {
      message,
      abort: new AbortController(),
      cancelled: message.cancelRequested,
      begun: false,
    };
    this.#running.set(message.id, running);
    try {
      await this.#attempt(running, freeSlot);
    } catch (error) {
      // The lease expires and the message is delivered again: no event is lost, but it may run twice.
      log.error({ requestId: message.id, err: error }, 'the outcome of an async invocation could not be stored');
    } finally {
      this.#running.delete(message.id);
    }
  }

  async #attempt(running: Running, freeSlot: () => void): Promise<void> {
    const { settlement } = this.#options;
    const { message } = running;
    const retriesDone = Number(message.outcome?.retriesDone ?? 0);
    let attributes: AsyncAttributes;
    let outcome: InvocationResult | { readonly thrown: unknown };
    try {
      attributes = readAttributes(message.attributes);
      if (!running.cancelled) settlement.begins(message, attributes, retriesDone + 1);
      outcome = await this.#invoke(running, attributes, retriesDone);
    } finally {
      freeSlot();
    }
    if (running.cancelled) {
      await this.#whenStored(() => settlement.cancelled(message, attributes));
      return;
    }
    const { throttled } = await this.#whenStored(() => settlement.store(message, attributes, outcome));
    if (throttled) this.#intake.pause(message.group, PAUSE_MS);
  }

  /** A result waits for a database that is unavailable or has no room, so that the function need not run once more. */
  async #whenStored<T>(store: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await store();
      } catch (error) {
        const mayPass = isFullDisk(error) || (error instanceof PlatformError && error.code === 'unavailable');
        if (this.#stopped || !mayPass) throw error;
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
        functionId: attributes.functionId,
        event: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
        mode: 'async',
        requestId: message.id,
        attempt: retriesDone + 1,
        memoryChoice: attributes.memoryChoice,
        toAdditional: attributes.toAdditional,
        depth: attributes.depth,
        traceparent: attributes.traceparent,
        tail: false,
        receivedAt: clock.monotonic(),
        ...(message.expiresAt === null ? {} : { startBefore: clock.monotonic() + message.expiresAt - clock.now() }),
        signal: running.abort.signal,
        onBegin: () => {
          running.begun = true;
        },
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
