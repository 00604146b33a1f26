import type { NotificationLetters } from '../../../invocation/index.ts';
import { INNER_TOPIC, OUTER_TOPIC, readNotification } from '../topic-messages.ts';

/** Undelivered messages of topics among the dead letters. */
export const notificationLetters: NotificationLetters = {
  topics: [INNER_TOPIC, OUTER_TOPIC],

  read({ attributes }) {
    const notification = readNotification(attributes);
    if ('requestedAt' in notification) throw new Error('a request for confirmation is never a dead letter');
    const { messageId, topicName, protocol, subscriptionId, endpoint, redriveOf } = notification;
    const param = JSON.stringify({ subscription_id: subscriptionId, endpoint });
    return { requestId: messageId, topicName, destination: { destination: protocol, param }, redriveOf };
  },

  successor({ id, group, topic, attributes }, payload, newId) {
    return { id: newId, topic, group, payload, attributes: { ...attributes, redriveOf: id } };
  },
};
