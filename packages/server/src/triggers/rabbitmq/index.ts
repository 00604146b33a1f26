import { TRIGGER_KINDS } from '@funcgraph/api';
import { openPassword } from '../brokers/broker-password.ts';
import { brokerRules } from '../brokers/broker-rules.ts';
import type { TriggerKind } from '../trigger-kind.ts';
import type { RabbitmqSource } from './consume-rabbitmq.ts';
import { rabbitmqEvent } from './rabbitmq-event.ts';
import { brokersOf, checkRabbitmq, type RabbitmqSettings, rabbitmqData, readRabbitmq } from './rabbitmq-settings.ts';

/** Messages of an exchange of a RabbitMQ broker. */
export const rabbitmq: TriggerKind<RabbitmqSettings, 'RABBITMQ'> = {
  code: 'RABBITMQ',
  fields: TRIGGER_KINDS.RABBITMQ.fields,
  secretFields: ['access_password'],
  errors: { invalid: 'invalid_rabbitmq_trigger', exists: 'rabbitmq_trigger_exists' },
  ...brokerRules<RabbitmqSettings>(brokersOf, { field: 'connect_address', code: 'invalid_rabbitmq_trigger' }),
  check: checkRabbitmq,
  read: (data, { settings }) => readRabbitmq(data, settings),
  data: rabbitmqData,
  broker: {
    async consume({ id, settings, allowed, sealer, failures, read }, session) {
      const brokers = brokersOf(settings);
      const broker = brokers[failures % brokers.length];
      if (broker === undefined || settings.password === undefined) throw new Error('a trigger has no broker');
      const { user, vhost, exchange, tls, batchSize } = settings;
      const connection: RabbitmqSource = {
        broker,
        settings: { user, vhost, exchange, tls, batchSize },
        password: openPassword(settings.password, sealer).reveal(),
        queue: `funcgraph-${id}`,
        allowed,
      };
      await read({ client: 'rabbitmq', connection }, session);
    },
    event: (settings, { messages }, { region, at }) => rabbitmqEvent(settings, { messages, region, at }),
  },
  sample: {
    name: 'rabbitmq-event-template',
    description: 'Messages of an exchange of RabbitMQ, as text',
    content: {
      event_version: 'v1.0',
      event_time: 1_767_227_400,
      trigger_type: 'RABBITMQ',
      region: 'local-1',
      instance_id: '81335d56-b9fe-4679-ba95-7030949cc76b',
      records: [{ messages: ['first message', 'second message'], exchange: 'my-exchange' }],
    },
  },
};
