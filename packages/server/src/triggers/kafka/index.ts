import { TRIGGER_KINDS } from '@funcgraph/api';
import { openPassword } from '../brokers/broker-password.ts';
import { brokerRules } from '../brokers/broker-rules.ts';
import type { TriggerKind } from '../trigger-kind.ts';
import type { KafkaSource } from './consume-kafka.ts';
import { kafkaEvent } from './kafka-event.ts';
import { checkKafka, type KafkaSettings, kafkaBrokersOf, kafkaData, readKafka } from './kafka-settings.ts';

/** Messages of topics of a Kafka cluster. */
export const kafka: TriggerKind<KafkaSettings, 'KAFKA'> = {
  code: 'KAFKA',
  fields: TRIGGER_KINDS.KAFKA.fields,
  secretFields: ['kafka_password'],
  errors: { invalid: 'invalid_kafka_trigger', exists: 'kafka_trigger_exists' },
  ...brokerRules<KafkaSettings>(kafkaBrokersOf, { field: 'kafka_connect_address', code: 'invalid_kafka_trigger' }),
  check: checkKafka,
  read: (data, { settings }) => readKafka(data, 'KAFKA', settings),
  data: kafkaData,
  broker: {
    async consume({ id, settings, allowed, sealer, failures, read }, session) {
      const { topics, tls, user, batchSize } = settings;
      const connection: KafkaSource = {
        brokers: kafkaBrokersOf(settings),
        settings: { topics, tls, user, batchSize },
        password: settings.password && openPassword(settings.password, sealer).reveal(),
        group: `funcgraph-${id}`,
        ...{ allowed, failures },
      };
      await read({ client: 'kafka', connection }, session);
    },
    event: (settings, { messages, shard }, { region, at }) =>
      kafkaEvent(settings, { messages, topic: shard, region, at }),
  },
};

/** The same: the API has a type of its own for clusters outside of the cloud. */
export const openSourceKafka: TriggerKind<KafkaSettings, 'OPENSOURCEKAFKA'> = {
  ...kafka,
  code: 'OPENSOURCEKAFKA',
  fields: TRIGGER_KINDS.OPENSOURCEKAFKA.fields,
  read: (data, { settings }) => readKafka(data, 'OPENSOURCEKAFKA', settings),
};
