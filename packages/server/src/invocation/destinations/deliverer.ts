import { parseUrn } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { DeadLetterBox, LeasedMessage, Peers, Queue } from '../../queue/index.ts';
import { DELIVERY_TOPIC, type DeliveryAttributes, readDelivery } from '../async/delivery-message.ts';
import { Intake } from '../intake/intake.ts';
import type { RequestLogs } from '../request-logs.ts';
import { deliver, describeDestination } from './deliver.ts';
import type { DeliverOptions, DeliveryResult } from './destination-kind.ts';

export interface DelivererOptions extends DeliverOptions {
  readonly queue: Queue;
  readonly deadLetters: Pick<DeadLetterBox, 'add'>;
  readonly logs: Pick<RequestLogs, 'fromPlatform'>;
  readonly log: Logger;
  /** Servers that share the queue. */
  readonly peers?: Peers;
}

/** Deliveries that run at once. */
const SLOTS = 32;
/** The most of one function. */
const SLOTS_OF_ONE = 8;
/** Longer than any attempt. */
const LEASE_MS = 60_000;
/** Pauses between attempts; the delivery fails permanently after the last, after about three quarters of an hour. */
const PAUSES_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000];

/**
 * Delivers outcomes from the queue, each at least once: a delivery is finished only after it was accepted, for a
 * function in the same step that stores its event.
 */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #intake: Intake;
  readonly #cut = new AbortController();

  constructor(options: DelivererOptions) {
    this.#options = options;
    const { queue, clock, log, peers } = options;
    const shared = peers === undefined ? {} : { peers };
    const slots = { slots: SLOTS, slotsPerGroup: SLOTS_OF_ONE, leaseMs: LEASE_MS };
    const run = (message: LeasedMessage): Promise<void> => this.#run(message);
    this.#intake = new Intake({ queue, topic: DELIVERY_TOPIC, clock, log, ...slots, ...shared, run });
  }

  /** Call after the queue has recovered the leases of a killed server. */
  start(): Promise<void> {
    return this.#intake.start();
  }

  /**
   * Leases no more messages; resolves when running deliveries are stored, or at once when `signal` fires. Others are
   * repeated.
   */
  async stop(signal: AbortSignal): Promise<void> {
    await this.#intake.stop(signal);
    this.#cut.abort();
  }

  async #run(message: LeasedMessage): Promise<void> {
    try {
      const attributes = readDelivery(message.attributes);
      const result = await deliver({ message, attributes, options: this.#options, signal: this.#cut.signal });
      if (!this.#cut.signal.aborted) await this.#settle(message, attributes, result);
    } catch (error) {
      // The lease expires and the message is delivered again.
      this.#options.log.error({ deliveryId: message.id, err: error }, 'a delivery could not be stored');
    }
  }

  async #settle(message: LeasedMessage, attributes: DeliveryAttributes, result: DeliveryResult): Promise<void> {
    const { queue, deadLetters, clock } = this.#options;
    const { receipt } = message;
    if (result.kind === 'delivered') {
      const { note: outcome, messages, statements = [], stored } = result;
      if (await queue.finish({ receipt, state: 'done', outcome, messages, statements })) stored?.();
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
    if (!(await deadLetters.add(message, { outcome, messages: [] }))) return;
    this.#tell(message, attributes, `failed permanently (${reason}): ${result.message}`, 'ERROR');
    const { requestId, chain } = attributes;
    this.#options.log.warn({ requestId, deliveryId: message.id, reason, chain }, 'an outcome was not delivered');
  }

  /** Logs to the function that the outcome belongs to. */
  #tell(message: LeasedMessage, attributes: DeliveryAttributes, text: string, level: 'WARN' | 'ERROR'): void {
    const functionKey = message.group;
    const { functionId } = attributes;
    const version = parseUrn(attributes.urn)?.qualifier?.name ?? '';
    const line = `Delivery of the outcome to ${describeDestination(attributes)}: ${text}`;
    this.#options.logs.fromPlatform('', { functionKey, functionId, version }, attributes.requestId, line, level);
  }
}
