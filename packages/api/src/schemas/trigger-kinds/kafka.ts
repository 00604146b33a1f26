import { Type } from 'typebox';
import { WireFlag as Flag, WireInt as Int, Nullable, WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const MAX_TOPICS = 20;
const MAX_TOPIC_CHARS = 249;

const fields = Type.Object({
  name: Text('Name of the trigger; made from the first topic unless given.'),
  instance_id: Text('Name of the cluster in events; has no other effect.'),
  topic_ids: Nullable(Type.Array(Type.String({ maxLength: MAX_TOPIC_CHARS }), { maxItems: MAX_TOPICS }), {
    description: 'Names of topics.',
  }),
  kafka_connect_address: Text(
    'host:port of brokers with commas between them; port 9092 or, with TLS, 9093 unless given.',
  ),
  kafka_ssl_enable: Flag('Connect with TLS, check certificates, and log in by SASL.'),
  kafka_user: Text('For SASL; needed with kafka_ssl_enable.'),
  kafka_password: Text('Stored sealed; answers do not have it. A change without it keeps it.'),
  batch_size: Int('Most messages of one event: 1 to 1000; 100 unless given.'),
});

export const kafkaTrigger = {
  fields,
  words: ({ topic_ids, kafka_connect_address }) =>
    `messages of ${Array.isArray(topic_ids) ? topic_ids.join(', ') : ''} at ${String(kafka_connect_address)}`,
} as const satisfies TriggerDescription;
