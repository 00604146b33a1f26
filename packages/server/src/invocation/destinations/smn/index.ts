import { formatTopicUrn, LIMITS, parseTopicUrn, type TopicUrn } from '@funcgraph/api';
import { PlatformError } from '../../../lib/platform-error.ts';
import { deliveringAs, UNKNOWN_SETTER } from '../delivering-as.ts';
import type { Delivery, DeliveryResult, DestinationKind } from '../destination-kind.ts';
import { refusal } from '../refusal.ts';

/** A topic of the project, to which the outcome is published as a message. */
export const smnDestination: DestinationKind<TopicUrn> = {
  code: 'SMN',
  keepsSetter: true,
  target(text, field) {
    const urn = parseTopicUrn(text);
    if (urn !== undefined) return urn;
    const message = `${field}.param: topic_urn ${JSON.stringify(text.slice(0, 200))} is not the URN of a topic`;
    throw new PlatformError('invalid_request', message);
  },
  check(topic, { field, name, mayPublish }) {
    if (topic.projectId !== name.projectId) {
      throw new PlatformError('invalid_request', `${field}: the topic must be in the same project`);
    }
    mayPublish(topic);
  },
  describe: formatTopicUrn,
  deliver: publish,
};

async function publish(topic: TopicUrn, { message, attributes, options }: Delivery): Promise<DeliveryResult> {
  const { payload } = message;
  if (payload.byteLength > LIMITS.messageBytes) {
    const text = `the event has ${payload.byteLength} bytes, a message of a topic at most ${LIMITS.messageBytes}`;
    return { kind: 'undeliverable', reason: 'too_large', message: text };
  }
  const as = deliveringAs(options, attributes);
  const denied = as === undefined ? UNKNOWN_SETTER : options.topicRefusalOf(as, topic);
  if (denied !== undefined) return { kind: 'undeliverable', reason: 'forbidden', message: denied };
  try {
    const { id, statements, stored } = await options.topicMessage({
      topic,
      text: Buffer.from(payload).toString('utf8'),
      deliveryId: message.id,
      depth: (attributes.depth ?? 0) + 1,
      traceparent: attributes.traceparent,
    });
    return { kind: 'delivered', note: { messageId: id }, messages: [], statements, stored };
  } catch (error) {
    return refusal(error);
  }
}
