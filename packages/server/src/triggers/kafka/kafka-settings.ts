import type { TriggerFields } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import { type BrokerAddress, parseBrokers } from '../brokers/broker-address.ts';
import { type BrokerPassword, newPassword } from '../brokers/broker-password.ts';

export interface KafkaSettings {
  readonly kind: 'KAFKA' | 'OPENSOURCEKAFKA';
  readonly name: string;
  readonly instanceId: string;
  readonly topics: readonly string[];
  /** As written; checked. */
  readonly addresses: string;
  readonly tls: boolean;
  readonly user: string;
  readonly password: BrokerPassword | undefined;
  readonly batchSize: number;
}

const CODE = 'invalid_kafka_trigger';
const PORT = 9092;
const TLS_PORT = 9093;
const MAX_BATCH = 1000;
const USUAL_BATCH = 100;
const MAX_USER_BYTES = 255;
const MAX_NAME_CHARS = 50;
const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;

/** Reads them from decoded `event_data`. The password of the settings before stays unless another one is given. */
export function readKafka(
  data: TriggerFields<'KAFKA'>,
  kind: KafkaSettings['kind'],
  before?: KafkaSettings,
): KafkaSettings {
  const topics = data.topic_ids ?? [];
  const settings: KafkaSettings = {
    kind,
    name: data.name || `kafka-${(topics[0] ?? '').replaceAll(/[^\p{L}\p{N}_-]/gu, '-').slice(0, MAX_NAME_CHARS)}`,
    instanceId: data.instance_id ?? '',
    topics,
    addresses: data.kafka_connect_address ?? '',
    tls: data.kafka_ssl_enable ?? false,
    user: data.kafka_user ?? '',
    password: newPassword(data.kafka_password),
    batchSize: data.batch_size ?? USUAL_BATCH,
  };
  if (settings.password !== undefined || settings.user === '' || before?.password === undefined) return settings;
  if (sameDoor(settings, before)) return { ...settings, password: before.password };
  throw new PlatformError(CODE, 'kafka_password is missing: the stored one is not sent to other brokers or users', {
    hint: 'Give the password again with a new kafka_connect_address, kafka_user or kafka_ssl_enable.',
  });
}

/** Without the password. */
export function kafkaData(settings: KafkaSettings): TriggerFields<'KAFKA'> {
  return {
    name: settings.name,
    instance_id: settings.instanceId,
    topic_ids: [...settings.topics],
    kafka_connect_address: settings.addresses,
    kafka_ssl_enable: settings.tls,
    kafka_user: settings.user,
    batch_size: settings.batchSize,
  };
}

/** Throws `invalid_kafka_trigger`. */
export function checkKafka(settings: KafkaSettings): void {
  const { topics, tls, user, password, batchSize } = settings;
  kafkaBrokersOf(settings);
  if (topics.length === 0) throw new PlatformError(CODE, 'topic_ids is missing');
  const wrong = topics.find((topic) => !TOPIC.test(topic) || topic === '.' || topic === '..');
  if (wrong !== undefined)
    throw new PlatformError(CODE, `topic_ids: ${JSON.stringify(wrong.slice(0, 100))} is not a name of a topic`);
  if (new Set(topics).size < topics.length) throw new PlatformError(CODE, 'topic_ids has a topic twice');
  if (tls && user === '') throw new PlatformError(CODE, 'kafka_user is missing: kafka_ssl_enable needs it');
  if (Buffer.byteLength(user) > MAX_USER_BYTES)
    throw new PlatformError(CODE, `kafka_user has more than ${MAX_USER_BYTES} bytes`);
  if (user !== '' && password === undefined) throw new PlatformError(CODE, 'kafka_password is missing');
  if (user === '' && password !== undefined) throw new PlatformError(CODE, 'kafka_user is missing');
  if (batchSize < 1 || batchSize > MAX_BATCH)
    throw new PlatformError(CODE, `batch_size is ${batchSize}, not 1 to ${MAX_BATCH}`);
}

/** Throws `invalid_kafka_trigger`. */
export function kafkaBrokersOf({ addresses, tls }: Pick<KafkaSettings, 'addresses' | 'tls'>): readonly BrokerAddress[] {
  const brokers = parseBrokers(addresses, tls ? TLS_PORT : PORT);
  if (typeof brokers !== 'string') return brokers;
  throw new PlatformError(CODE, `kafka_connect_address ${brokers}`, { hint: 'For example kafka.example:9092.' });
}

/** Whether a password goes to the same place and in the same way. */
function sameDoor(one: KafkaSettings, other: KafkaSettings): boolean {
  return one.addresses === other.addresses && one.user === other.user && (one.tls || !other.tls);
}
