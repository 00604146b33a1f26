import type { Logger } from 'pino';
import { type DeliveryResult, Intake } from '../../../invocation/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { DeadLetterBox, LeasedMessage, Peers, Queue } from '../../../queue/index.ts';
import type { MessageStore } from '../message-store.ts';
import type { SubscriptionStore } from '../subscription-store.ts';
import { CONFIRM_MS } from '../subscriptions.ts';
import type { Target, Targets } from '../targets.ts';
import {
  type ConfirmationRequest,
  INNER_TOPIC,
  type Notification,
  OUTER_TOPIC,
  readNotification,
} from '../topic-messages.ts';
import type { Protocol, PublishedMessage, Subscription } from '../types.ts';

/** One attempt for a protocol. Does not reject for failures of the endpoint. */
export interface Sender {
  send(delivery: {
    readonly id: string;
    readonly message: PublishedMessage;
    readonly target: Target;
    readonly signal: AbortSignal;
  }): Promise<DeliveryResult>;
  /** Requests the confirmation of an endpoint. */
  confirm(request: {
    readonly id: string;
    readonly subscription: Subscription;
    readonly signal: AbortSignal;
  }): Promise<DeliveryResult>;
}

export interface NotifierOptions {
  readonly queue: Queue;
  readonly deadLetters: Pick<DeadLetterBox, 'add'>;
  readonly store: Pick<MessageStore, 'find' | 'ended'>;
  readonly targets: Pick<Targets, 'find'>;
  readonly subscriptions: Pick<SubscriptionStore, 'find'>;
  readonly senderOf: (protocol: Protocol) => Sender;
  readonly peers: Peers;
  /** For due times. */
  readonly steady: Clock;
  readonly now: () => number;
  readonly log: Logger;
}

/** Deliveries that run at once: those inside this server, and those to addresses elsewhere. */
const SLOTS = { [INNER_TOPIC]: 32, [OUTER_TOPIC]: 64 };
/** The most of one subscription: one that is slow must not use the slots of others. */
const SLOTS_OF_ONE = 2;
/** Longer than any attempt. */
const LEASE_MS = 60_000;
/** Pauses between attempts; the delivery fails permanently after the last, after about three quarters of an hour. */
const PAUSES_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000];

/**
 * Delivers messages of topics from the queue, each at least once. A delivery and its share in the stored message end in
 * one step; what fails permanently becomes a dead letter with its message.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #intakes: readonly Intake[];
  readonly #cut = new AbortController();

  constructor(options: NotifierOptions) {
    this.#options = options;
    const { queue, steady, log, peers } = options;
    const run = (message: LeasedMessage): Promise<void> => this.#run(message);
    const shared = { queue, clock: steady, log, peers, run, slotsPerGroup: SLOTS_OF_ONE, leaseMs: LEASE_MS };
    this.#intakes = ([INNER_TOPIC, OUTER_TOPIC] as const).map(
      (topic) => new Intake({ ...shared, topic, slots: SLOTS[topic] }),
    );
  }

  /** Call after the queue has recovered the leases of a killed server. */
  async start(): Promise<void> {
    for (const intake of this.#intakes) await intake.start();
  }

  /** Leases no more; resolves when running deliveries are stored, or at once when `signal` fires. Others are repeated. */
  async stop(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#intakes.map((intake) => intake.stop(signal)));
    this.#cut.abort();
  }

  async #run(message: LeasedMessage): Promise<void> {
    try {
      const read = readNotification(message.attributes);
      if ('requestedAt' in read) await this.#confirm(message, read);
      else await this.#deliver(message, read);
    } catch (error) {
      // The lease expires and the message is delivered again.
      this.#options.log.error({ deliveryId: message.id, err: error }, 'a message of a topic could not be delivered');
    }
  }

  async #deliver(leased: LeasedMessage, notification: Notification): Promise<void> {
    const { targets, senderOf, now } = this.#options;
    const message = await this.#messageOf(leased, notification);
    const { subscriptionId: id, isTrigger, topicName } = notification;
    const target =
      message === undefined
        ? undefined
        : await targets.find({ id, projectId: message.projectId, topicName, isTrigger });
    if (target === undefined || message === undefined) {
      return this.#end(leased, notification, { note: 'the subscription was removed' });
    }
    if (now() >= message.expiresAt) {
      const text = 'its time to live ended before it was delivered';
      return this.#bury(leased, notification, message, { reason: 'expired', text });
    }
    const { signal } = this.#cut;
    const result = await senderOf(target.protocol).send({ id: leased.id, message, target, signal });
    if (signal.aborted) return;
    if (result.kind === 'delivered') return this.#end(leased, notification, result.note);
    const pause = PAUSES_MS[failuresOf(leased)];
    if (result.kind === 'failed' && pause !== undefined) return this.#retry(leased, result.message, pause);
    const reason = result.kind === 'failed' ? 'attempts_exhausted' : result.reason;
    return this.#bury(leased, notification, message, { reason, text: result.message });
  }

  /** A dead letter carries its message. */
  async #messageOf({ payload }: LeasedMessage, { messageId }: Notification): Promise<PublishedMessage | undefined> {
    if (payload.byteLength === 0) return this.#options.store.find(messageId);
    return JSON.parse(Buffer.from(payload).toString()) as PublishedMessage;
  }

  async #confirm(leased: LeasedMessage, { subscriptionId, requestedAt }: ConfirmationRequest): Promise<void> {
    const { subscriptions, senderOf, queue, log, now } = this.#options;
    const subscription = await subscriptions.find(subscriptionId);
    const isOpen = subscription?.confirmed === false && subscription.requestedAt === requestedAt;
    if (!isOpen || now() - requestedAt > CONFIRM_MS) {
      await queue.ack(leased.receipt, { note: 'no confirmation is needed any more' });
      return;
    }
    const { signal } = this.#cut;
    const result = await senderOf(subscription.protocol).confirm({ id: leased.id, subscription, signal });
    if (signal.aborted) return;
    const pause = PAUSES_MS[failuresOf(leased)];
    if (result.kind === 'failed' && pause !== undefined) return this.#retry(leased, result.message, pause);
    await queue.ack(leased.receipt, { note: result.kind === 'delivered' ? 'requested' : result.message });
    if (result.kind === 'delivered') return;
    log.warn({ subscriptionId, reason: result.message }, 'a confirmation of a subscription could not be requested');
  }

  async #retry(leased: LeasedMessage, message: string, pause: number): Promise<void> {
    const { queue, steady } = this.#options;
    const outcome = { failures: failuresOf(leased) + 1, message };
    await queue.retry(leased.receipt, { notBefore: steady.now() + pause, outcome });
  }

  async #end({ receipt }: LeasedMessage, notification: Notification, outcome: object): Promise<void> {
    const { queue } = this.#options;
    const statements = this.#release(notification);
    await queue.unlessGuarded(() => queue.atomically({ acks: [{ receipt, outcome: { ...outcome } }], statements }));
  }

  async #bury(
    leased: LeasedMessage,
    notification: Notification,
    message: PublishedMessage,
    { reason, text }: { readonly reason: string; readonly text: string },
  ): Promise<void> {
    const { deadLetters, log } = this.#options;
    const outcome = { reason, message: text, failures: failuresOf(leased) + (reason === 'expired' ? 0 : 1) };
    const payload = Buffer.from(JSON.stringify(message));
    const step = { outcome, messages: [], payload, statements: this.#release(notification) };
    if (!(await deadLetters.add(leased, step))) return;
    const { messageId, subscriptionId } = notification;
    log.warn({ messageId, subscriptionId, deliveryId: leased.id, reason }, 'a message of a topic was not delivered');
  }

  /** One that was sent again has no share in the stored message. */
  #release({ messageId, redriveOf }: Notification) {
    return redriveOf === undefined ? this.#options.store.ended(messageId) : [];
  }
}

function failuresOf({ outcome }: LeasedMessage): number {
  return Number(outcome?.failures ?? 0);
}
