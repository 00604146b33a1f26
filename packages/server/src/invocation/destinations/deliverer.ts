import { parseUrn } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { DeadLetterBox, LeasedMessage, Queue } from '../../queue/index.ts';
import { DELIVERY_TOPIC, type DeliveryAttributes, readDelivery } from '../async/delivery-message.ts';
import { Intake } from '../intake/intake.ts';
import type { RequestLogs } from '../request-logs.ts';
import { type DeliverOptions, type DeliveryResult, deliver, describeDestination } from './deliver.ts';

export interface DelivererOptions extends DeliverOptions {
  readonly queue: Queue;
  readonly deadLetters: Pick<DeadLetterBox, 'add'>;
  readonly logs: Pick<RequestLogs, 'fromPlatform'>;
  readonly log: Logger;
}

/** Deliveries at a time. */
const SLOTS = 32;
/** Of these for one function. */
const SLOTS_OF_ONE = 8;
/** Longer than any attempt. */
const LEASE_MS = 60_000;
/** Between attempts; after the last one the delivery is given up, after about three quarters of an hour. */
const PAUSES_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000];

/**
 * Takes outcomes off the queue and delivers them, each at least once: a delivery is finished only after it was taken, and
 * to a function in the same step in which its event is stored. Nothing polls.
 */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #intake: Intake;
  readonly #cut = new AbortController();

  constructor(options: DelivererOptions) {
    this.#options = options;
    const { queue, clock, log } = options;
    const slots = { slots: SLOTS, slotsPerGroup: SLOTS_OF_ONE, leaseMs: LEASE_MS };
    const run = (message: LeasedMessage): Promise<void> => this.#run(message);
    this.#intake = new Intake({ queue, topic: DELIVERY_TOPIC, clock, log, ...slots, run });
  }

  /** The queue must have recovered what a killed server had leased. */
  start(): Promise<void> {
    return this.#intake.start();
  }

  /** Takes nothing more; resolves when what runs is stored, or at once when `signal` fires. The rest comes again. */
  async stop(signal: AbortSignal): Promise<void> {
    await this.#intake.stop(signal);
    this.#cut.abort();
  }

  async #run(message: LeasedMessage): Promise<void> {
    try {
      const attributes = readDelivery(message.attributes);
      const result = await deliver(this.#options, message, attributes, this.#cut.signal);
      if (!this.#cut.signal.aborted) await this.#settle(message, attributes, result);
    } catch (error) {
      // The lease runs out and the message comes again.
      this.#options.log.error({ deliveryId: message.id, err: error }, 'a delivery could not be stored');
    }
  }

  async #settle(message: LeasedMessage, attributes: DeliveryAttributes, result: DeliveryResult): Promise<void> {
    const { queue, deadLetters, clock } = this.#options;
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
    if (!(await deadLetters.add(message, { outcome, messages: [] }))) return;
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
