import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageText } from '../brokers/message-batch.ts';
import { kafkaEvent } from './kafka-event.ts';
import { checkKafka, kafkaData, readKafka } from './kafka-settings.ts';

const DATA = { topic_ids: ['orders'], kafka_connect_address: 'kafka.example' };
const LOGIN = { ...DATA, kafka_ssl_enable: true, kafka_user: 'ann', kafka_password: 'secret-1' };

describe('the event of Kafka messages', () => {
  it('is that of the cloud, with the instance at the top', () => {
    const messages = ['one', '{"two": 2}'].map((text) => messageText(Buffer.from(text)));
    const event = kafkaEvent({ instanceId: 'i1' }, { messages, topic: 'orders', region: 'local-1', at: 1_999 });
    expect(JSON.parse(event.toString())).toEqual({
      event_version: 'v1.0',
      event_time: 1,
      trigger_type: 'KAFKA',
      region: 'local-1',
      instance_id: 'i1',
      records: [{ messages: ['one', '{"two": 2}'], topic_id: 'orders' }],
    });
  });

  it('is JSON with the texts of any messages', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
        const messages = texts.map((text) => messageText(Buffer.from(text)));
        const event = kafkaEvent({ instanceId: '' }, { messages, topic: 't', region: 'r', at: 0 });
        expect(JSON.parse(event.toString())).toMatchObject({ records: [{ messages: texts }] });
      }),
    );
  });
});

describe('settings of a Kafka trigger', () => {
  it('have defaults, and no password when they are shown', () => {
    const settings = readKafka(LOGIN, 'KAFKA');
    checkKafka(settings);
    expect(kafkaData(settings)).toEqual({
      name: 'kafka-orders',
      instance_id: '',
      topic_ids: ['orders'],
      kafka_connect_address: 'kafka.example',
      kafka_ssl_enable: true,
      kafka_user: 'ann',
      batch_size: 100,
    });
    expect(JSON.stringify(settings)).not.toContain('secret-1');
  });

  it.each<[string, object, RegExp]>([
    ['no topic', { topic_ids: [] }, /^topic_ids is missing/],
    ['a topic of another name', { topic_ids: ['a b'] }, /^topic_ids: "a b"/],
    ['a topic twice', { topic_ids: ['a', 'a'] }, /^topic_ids has a topic twice/],
    ['no address', { kafka_connect_address: '' }, /^kafka_connect_address is missing/],
    ['TLS without a user', { kafka_ssl_enable: true }, /^kafka_user is missing/],
    ['a user without a password', { kafka_user: 'ann' }, /^kafka_password is missing/],
    ['a password without a user', { kafka_password: 'p' }, /^kafka_user is missing/],
    ['a large batch', { batch_size: 1001 }, /^batch_size is 1001/],
  ])('cannot have %s', (_, change, message) => {
    expect(() => checkKafka(readKafka({ ...DATA, ...change }, 'KAFKA'))).toThrow(
      expect.objectContaining({ code: 'invalid_kafka_trigger', message: expect.stringMatching(message) }),
    );
  });

  it('keep their password only for the same brokers and user, with TLS', () => {
    const { kafka_password: _, ...login } = LOGIN;
    const before = readKafka(LOGIN, 'KAFKA');
    expect(readKafka({ ...login, batch_size: 5 }, 'KAFKA', before).password).toBe(before.password);
    for (const change of [{ kafka_connect_address: 'other' }, { kafka_user: 'eve' }, { kafka_ssl_enable: false }])
      expect(() => readKafka({ ...login, ...change }, 'KAFKA', before)).toThrow(/kafka_password is missing/);
  });
});
