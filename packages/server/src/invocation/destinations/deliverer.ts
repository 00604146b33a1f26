import { parseUrn } from '@funcgraph/api';
import type { Logger } from 'pino';
import { Alarm } from '../../lib/alarm.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import type { LeasedMessage, Queue } from '../../queue/index.ts';
import { DELIVERY_TOPIC, type DeliveryAttributes, readDelivery } from '../async/delivery-message.ts';
import type { RequestLogs } from '../request-logs.ts';
import { type DeliverOptions, type DeliveryResult, deliver, describeDestination } from './deliver.ts';

export interface DelivererOptions extends DeliverOptions {
  readonly queue: Queue;
  readonly logs: Pick<RequestLogs, 'fromPlatform'>;
  readonly log: Logger;
}

/** Deliveries at a time. */
const SLOTS = 32;
/** A function that has so many gets no more; since messages are taken together, it may have less than twice as many. */
const SLOTS_OF_ONE = 8;
/** Longer than any attempt. */
const LEASE_MS = 60_000;
/** Between attempts; after the last one the delivery is given up, after about three quarters of an hour. */
const PAUSES_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000];
const AFTER_ERROR_MS = 1_000;

/**
 * Takes outcomes off the queue and delivers them, each at least once: a delivery is finished only after it was taken, and
 * to a function in the same step in which its event is stored. Nothing polls.
 */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #perGroup = new Map<string, number>();
  readonly #cut = new AbortController();
  #running = 0;
  readonly #wake: Alarm;
  #stopListening: (() => void) | undefined;
  readonly #fill: CoalescedTask;
  #stopped = true;
  #idle: (() => void) | undefined;

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#fill = new CoalescedTask(
      () => this.#takeDue(),
      (error) => {
        options.log.error({ err: error }, 'deliveries could not be taken');
        if (!this.#stopped) this.#wake.at(options.clock.now() + AFTER_ERROR_MS);
      },
    );
    this.#wake = new Alarm(options.clock, () => this.#fill.request());
  }

  /** The queue must have recovered what a killed server had leased. */
  start(): void {
    this.#stopped = false;
    this.#stopListening = this.#options.queue.onReady(DELIVERY_TOPIC, (dueAt) => this.#wake.at(dueAt));
    this.#fill.request();
  }

  /** Takes nothing more; resolves when what runs is stored, or at once when `signal` fires. The rest comes again. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#stopListening?.();
    this.#wake.cancel();
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve();
      });
    }
    this.#cut.abort();
  }

  async #takeDue(): Promise<void> {
    const { queue, clock } = this.#options;
    while (!this.#stopped) {
      const limit = Math.min(SLOTS - this.#running, SLOTS_OF_ONE);
      if (limit <= 0) return;
      const skipGroups = [...this.#perGroup].filter(([, count]) => count >= SLOTS_OF_ONE).map(([group]) => group);
      const leased = await queue.lease({ topic: DELIVERY_TOPIC, limit, leaseMs: LEASE_MS, skipGroups });
      for (const message of leased) void this.#run(message);
      if (leased.length === limit) continue;
      const due = await queue.nextDue(DELIVERY_TOPIC, skipGroups);
      if (due !== null && !this.#stopped) this.#wake.at(Math.max(due, clock.now() + 1));
      return;
    }
  }

  async #run(message: LeasedMessage): Promise<void> {
    const { group } = message;
    this.#running += 1;
    this.#perGroup.set(group, (this.#perGroup.get(group) ?? 0) + 1);
    try {
      const attributes = readDelivery(message.attributes);
      const result = await deliver(this.#options, message, attributes, this.#cut.signal);
      if (!this.#cut.signal.aborted) await this.#settle(message, attributes, result);
    } catch (error) {
      // The lease runs out and the message comes again.
      this.#options.log.error({ deliveryId: message.id, err: error }, 'a delivery could not be stored');
    } finally {
      this.#running -= 1;
      const left = (this.#perGroup.get(group) ?? 1) - 1;
      if (left === 0) this.#perGroup.delete(group);
      else this.#perGroup.set(group, left);
      if (!this.#stopped) this.#fill.request();
      else if (this.#running === 0) this.#idle?.();
    }
  }

  async #settle(message: LeasedMessage, attributes: DeliveryAttributes, result: DeliveryResult): Promise<void> {
    const { queue, clock } = this.#options;
    const { receipt } = message;
    if (result.kind === 'delivered') {
      await queue.finish({ receipt, state: 'done', outcome: result.note, messages: result.messages });
      return;
    }
    const failures = Number(message.outcome?.failures ?? 0);
    const pause = PAUSES_MS[failures];
    if (result.kind === 'failed' && pause !== undefined) {
      const outcome = { failures: failures + 1, message: result.message };
      await queue.retry(receipt, { notBefore: clock.now() + pause, outcome });
      this.#tell(message, attributes, `${result.message}; next attempt in ${pause / 1000} s`, 'WARN');
      return;
    }
    const reason = result.kind === 'failed' ? 'attempts_exhausted' : result.reason;
    const outcome = { reason, message: result.message, failures: failures + 1 };
    if (!(await queue.finish({ receipt, state: 'dead', outcome, messages: [] }))) return;
    this.#tell(message, attributes, `given up (${reason}): ${result.message}`, 'ERROR');
    const { requestId, chain } = attributes;
    this.#options.log.warn({ requestId, deliveryId: message.id, reason, chain }, 'an outcome was not delivered');
  }

  /** In the log of the function whose outcome it is. */
  #tell(message: LeasedMessage, attributes: DeliveryAttributes, text: string, level: 'WARN' | 'ERROR'): void {
    const functionKey = message.group;
    const version = parseUrn(attributes.urn)?.qualifier?.name ?? '';
    const line = `Delivery of the outcome to ${describeDestination(attributes)}: ${text}`;
    this.#options.logs.fromPlatform('', { functionKey, version }, attributes.requestId, line, level);
  }
}
