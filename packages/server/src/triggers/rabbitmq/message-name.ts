import type { MessageProperties } from 'amqplib';

/** Headers that the broker adds, such as the number of deliveries, change when a message is delivered again. */
const OF_BROKER = /^x-/;

interface Named {
  readonly fields: { readonly exchange: string; readonly routingKey: string };
  readonly properties: MessageProperties;
}

/**
 * Pure: what a message is called besides its content. AMQP numbers no messages: those without a message id and with
 * equal properties have the same name.
 */
export function nameOf({ fields: { exchange, routingKey }, properties }: Named): string {
  const { messageId, headers = {}, ...others } = properties;
  if (messageId) return JSON.stringify([exchange, routingKey, messageId]);
  const own = Object.entries(headers).filter(([header]) => !OF_BROKER.test(header));
  return JSON.stringify([exchange, routingKey, others, own]);
}

/** Pure: the same for people, of the first message of a batch. */
export function placeOf({ fields: { exchange, routingKey }, properties: { messageId } }: Named): string {
  const id: unknown = messageId;
  return `exchange ${exchange}, routing key ${JSON.stringify(routingKey)}, ${id ? `message id ${JSON.stringify(id)}` : 'without a message id'}`;
}
