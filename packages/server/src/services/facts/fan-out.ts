import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type NewMessage, type Queue, QueueError } from '../../queue/index.ts';
import { type AtomicStatement, isGuard } from '../../storage/index.ts';
import type { FactStore } from './fact-store.ts';
import type { Fact, Subscriber } from './types.ts';

export interface FanOutOptions {
  readonly store: Pick<FactStore, 'oldest' | 'remove'>;
  readonly queue: Pick<Queue, 'atomically'>;
  readonly subscribers: readonly Subscriber[];
  /** Resolves when the subscribers know every subscription that was committed before the call. */
  readonly caughtUp: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The right of this server to do the work of all servers. */
export interface FanOutLease {
  /** For each step; refuses it with `storage.guard` when another server has the work. */
  readonly guard: AtomicStatement;
  /** Call when a step was refused with `storage.guard`. */
  readonly onRefused: () => void;
}

/** One read of facts, and one write of events. */
const BATCH = { limit: 200, bytes: 8 * 1024 * 1024 };
/** Facts of which no call reported anything, such as those of another server that was killed. */
const LOOK_EVERY_MS = 1_000;
/** A project without room for more events. */
const PAUSE_MS = 1_000;

/** One event to store, and the fact that has all its events with this one. */
interface Part {
  readonly message?: NewMessage;
  readonly stored?: (() => void) | undefined;
  readonly factId: string;
  readonly isLast: boolean;
}

/**
 * Turns facts into events. The events of a fact and its removal are stored in one step, or in several when they are many;
 * a step that was stored before a crash is recognised by the ids of its messages. One server at a time does it.
 */
export class FanOut {
  readonly #options: FanOutOptions;
  readonly #drain: CoalescedTask;
  /** Until when the facts of a project wait. */
  readonly #paused = new Map<string, number>();
  /** Messages that are stored of facts that have more. */
  readonly #storedOf = new Map<string, Set<string>>();
  #lease: FanOutLease | undefined;
  #running = false;
  #again: Timer | undefined;

  constructor(options: FanOutOptions) {
    this.#options = options;
    this.#drain = new CoalescedTask(
      () => this.#drainAll(),
      (error) => {
        if (isGuard(error)) this.#lease?.onRefused();
        else options.log.error({ err: error }, 'events of services could not be stored; it is tried again');
        this.#drainIn(LOOK_EVERY_MS);
      },
    );
  }

  /** Without a lease this is the only server. */
  start(lease?: FanOutLease): void {
    this.#lease = lease;
    this.#running = true;
    this.#drain.request();
  }

  /** Facts may be stored. False while this server does not turn them into events. */
  wake(): boolean {
    if (this.#running) this.#drain.request();
    return this.#running;
  }

  /** Resolves when the events in progress are stored. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#again?.cancel();
    await this.#drain.idle();
    this.#paused.clear();
    this.#storedOf.clear();
  }

  #drainIn(ms: number): void {
    if (!this.#running) return;
    this.#again?.cancel();
    this.#again = this.#options.clock.after(ms, () => this.#drain.request());
  }

  async #drainAll(): Promise<void> {
    const { store, caughtUp, clock } = this.#options;
    while (this.#running) {
      const now = clock.monotonic();
      for (const [projectId, until] of this.#paused) if (until <= now) this.#paused.delete(projectId);
      const facts = await store.oldest(BATCH, [...this.#paused.keys()]);
      if (facts.length === 0) break;
      await caughtUp();
      for (const ofProject of Map.groupBy(facts, ({ projectId }) => projectId).values()) {
        await this.#deliver(ofProject);
      }
    }
    this.#drainIn(LOOK_EVERY_MS);
  }

  /** Facts of one project, which is paused when it has no room for their events. */
  async #deliver(facts: readonly Fact[]): Promise<void> {
    const [{ projectId } = { projectId: '' }] = facts;
    try {
      let batch: Part[] = [];
      let bytes = 0;
      for (const fact of facts) {
        for await (const part of this.#partsOf(fact)) {
          batch.push(part);
          bytes += part.message?.payload.byteLength ?? 0;
          if (batch.length < BATCH.limit && bytes < BATCH.bytes) continue;
          if (!this.#running) return;
          await this.#storeWhatFits(batch);
          [batch, bytes] = [[], 0];
        }
      }
      if (batch.length > 0) await this.#storeWhatFits(batch);
    } catch (error) {
      if (isGuard(error)) throw error;
      this.#paused.set(projectId, this.#options.clock.monotonic() + PAUSE_MS);
      const mayPass = error instanceof QueueError || error instanceof PlatformError;
      const details = { projectId, err: error };
      if (mayPass) this.#options.log.warn(details, 'events of services wait: their project has no room for them');
      else this.#options.log.error(details, 'events of services could not be stored; it is tried again');
    }
  }

  /** What other deliveries store by themselves is stored when this yields the last part. */
  async *#partsOf(fact: Fact): AsyncIterable<Part> {
    const known = this.#storedOf.get(fact.id);
    let before: Omit<Part, 'isLast'> = { factId: fact.id };
    for (const subscriber of this.#options.subscribers) {
      for (const delivery of subscriber.deliveries(fact)) {
        const id = 'message' in delivery ? delivery.message.id : delivery.id;
        if (known?.has(id)) continue;
        if ('store' in delivery) {
          await delivery.store(this.#guards);
          this.#noteStored(fact.id, id);
          continue;
        }
        if (before.message !== undefined) yield { ...before, isLast: false };
        before = { ...delivery, factId: fact.id };
      }
    }
    yield { ...before, isLast: true };
  }

  /** Halves a step that has no room until the rest is a single event. */
  async #storeWhatFits(parts: readonly Part[]): Promise<void> {
    try {
      await this.#store(parts);
    } catch (error) {
      if (!(error instanceof QueueError) || parts.length === 1) throw error;
      const half = Math.ceil(parts.length / 2);
      await this.#storeWhatFits(parts.slice(0, half));
      await this.#storeWhatFits(parts.slice(half));
    }
  }

  async #store(parts: readonly Part[]): Promise<void> {
    const { store, queue } = this.#options;
    const done = parts.filter(({ isLast }) => isLast).map(({ factId }) => factId);
    const messages = parts.flatMap(({ message }) => message ?? []);
    const removal = done.length === 0 ? [] : [store.remove(done)];
    await queue.atomically({ messages, statements: [...removal, ...this.#guards] });
    for (const { factId, message } of parts) if (message !== undefined) this.#noteStored(factId, message.id);
    for (const factId of done) this.#storedOf.delete(factId);
    for (const { stored } of parts) stored?.();
  }

  #noteStored(factId: string, id: string): void {
    const known = this.#storedOf.get(factId) ?? new Set();
    this.#storedOf.set(factId, known.add(id));
  }

  get #guards(): readonly AtomicStatement[] {
    return this.#lease === undefined ? [] : [this.#lease.guard];
  }
}
