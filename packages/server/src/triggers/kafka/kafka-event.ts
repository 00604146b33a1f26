import type { KafkaSettings } from './kafka-settings.ts';

interface Delivered {
  /** JSON texts, see `messageText`. */
  readonly messages: readonly string[];
  readonly topic: string;
  readonly region: string;
  /** Ms since the epoch. */
  readonly at: number;
}

/** The event of messages of one partition. It has no keys and no offsets. */
export function kafkaEvent(
  { instanceId }: Pick<KafkaSettings, 'instanceId'>,
  { messages, topic, region, at }: Delivered,
): Buffer {
  const head = JSON.stringify({
    event_version: 'v1.0',
    event_time: Math.floor(at / 1000),
    trigger_type: 'KAFKA',
    region,
    instance_id: instanceId,
  });
  // the messages are JSON already
  const records = `[{"messages":[${messages.join(',')}],"topic_id":${JSON.stringify(topic)}}]`;
  return Buffer.from(`${head.slice(0, -1)},"records":${records}}`);
}
