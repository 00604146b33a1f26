import type { JsonObject, NewMessage } from '../../queue/index.ts';
import type { Target } from './targets.ts';
import type { Protocol, PublishedMessage, Subscription } from './types.ts';

/** Deliveries inside this server: to functions and flows. */
export const INNER_TOPIC = 'notification';
/** Deliveries to addresses elsewhere. They have slots of their own, so that slow ones delay no function. */
export const OUTER_TOPIC = 'notification-out';

/** The attributes of a delivery. */
export interface Notification {
  readonly messageId: string;
  /** Or of the trigger. */
  readonly subscriptionId: string;
  readonly isTrigger: boolean;
  /** Of the subscription's topic. */
  readonly topicName: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly redriveOf: string | undefined;
}

/** The attributes of a request for confirmation. */
export interface ConfirmationRequest {
  readonly subscriptionId: string;
  readonly requestedAt: number;
}

function isInner(protocol: Protocol): boolean {
  return protocol === 'functiongraph' || protocol === 'functionstage' || protocol === 'flow';
}

/** A group of its own for each subscription: one that fails or is slow delays no other. */
function groupOf({ projectId, id }: Pick<Subscription, 'projectId' | 'id'>): string {
  return `${projectId}:subscription:${id}`;
}

/** Small, whatever the size of the message is. The same message and target give the same id. */
export function notificationOf(message: PublishedMessage, target: Target): NewMessage {
  const { id: subscriptionId, topicName, protocol, endpoint, isTrigger } = target;
  return {
    id: `${message.id}-${subscriptionId}`,
    topic: isInner(protocol) ? INNER_TOPIC : OUTER_TOPIC,
    group: groupOf(target),
    payload: new Uint8Array(0),
    attributes: {
      messageId: message.id,
      subscriptionId,
      topicName,
      protocol,
      endpoint,
      ...(isTrigger ? { isTrigger } : {}),
    },
  };
}

export function confirmationOf(subscription: Subscription): NewMessage {
  const { id: subscriptionId, requestedAt } = subscription;
  return {
    id: `confirm-${subscriptionId}-${requestedAt}`,
    topic: OUTER_TOPIC,
    group: groupOf(subscription),
    payload: new Uint8Array(0),
    attributes: { subscriptionId, requestedAt },
  };
}

/** Throws when the stored object was not made here. */
export function readNotification(stored: JsonObject): Notification | ConfirmationRequest {
  const { messageId, subscriptionId, requestedAt, topicName, protocol, endpoint, isTrigger, redriveOf } = stored;
  if (typeof subscriptionId !== 'string') throw new Error('a queued message is not a notification');
  if (typeof requestedAt === 'number') return { subscriptionId, requestedAt };
  if (typeof messageId !== 'string') throw new Error('a queued message is not a notification');
  return {
    messageId,
    subscriptionId,
    isTrigger: isTrigger === true,
    topicName: String(topicName),
    protocol: protocol as Protocol,
    endpoint: String(endpoint),
    redriveOf: typeof redriveOf === 'string' ? redriveOf : undefined,
  };
}
