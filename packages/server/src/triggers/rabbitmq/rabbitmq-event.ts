import type { RabbitmqSettings } from './rabbitmq-settings.ts';

interface Delivered {
  /** JSON texts, see `messageText`. */
  readonly messages: readonly string[];
  readonly region: string;
  /** Ms since the epoch. */
  readonly at: number;
}

/** The event of a batch. The guide shows none of RabbitMQ: this is the one of Kafka with an exchange as its topic. */
export function rabbitmqEvent(
  { instanceId, exchange }: Pick<RabbitmqSettings, 'instanceId' | 'exchange'>,
  { messages, region, at }: Delivered,
): Buffer {
  const head = JSON.stringify({
    event_version: 'v1.0',
    event_time: Math.floor(at / 1000),
    trigger_type: 'RABBITMQ',
    region,
    instance_id: instanceId,
  });
  // the messages are JSON already
  const records = `[{"messages":[${messages.join(',')}],"exchange":${JSON.stringify(exchange)}}]`;
  return Buffer.from(`${head.slice(0, -1)},"records":${records}}`);
}
