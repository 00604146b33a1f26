import type { EventTemplate } from './types.ts';

const INSTANCE = '81335d56-b9fe-4679-ba95-7030949cc76b';

const kafkaLike = (kind: string) => ({
  event_version: 'v1.0',
  event_time: 1_767_227_400,
  trigger_type: kind,
  region: 'local-1',
  instance_id: INSTANCE,
  records: [{ messages: ['first message', 'second message'], topic_id: 'my-topic' }],
});

/** Events of topics, streams and queues, and of the end of an asynchronous invocation. */
export const MESSAGE_EVENTS: readonly EventTemplate[] = [
  {
    name: 'kafka-event-template',
    kind: 'KAFKA',
    description: 'Messages of a Kafka topic, as text; also for OPENSOURCEKAFKA',
    content: kafkaLike('KAFKA'),
  },
  {
    name: 'rocketmq-event-template',
    kind: 'ROCKETMQ',
    description: 'Messages of a RocketMQ topic, in the form of Kafka',
    content: kafkaLike('ROCKETMQ'),
  },
  {
    name: 'dms-event-template',
    kind: 'DMS',
    description: 'Messages of a queue of the retired message service',
    content: {
      queue_id: 'f0d6b5e1-5d7f-4d1a-9b3c-2f4f0a8a1c11',
      region: 'local-1',
      event_type: 'MessageCreated',
      consumer_group_id: 'g-5ec247fd-d4a2-4d4f-9876-e4ff3280c461',
      messages: [{ body: 'the text of the message', attributes: { attribute1: 'value1' } }],
    },
  },
  {
    name: 'destination-event-template',
    kind: '',
    description: 'An asynchronous invocation has ended; both payloads are text',
    content: {
      timestamp: '2026-01-01T00:30:00.000Z',
      request_context: {
        request_id: '1167bf8c-87b0-43ab-8f5f-26b16c64f252',
        function_urn: 'urn:fss:local-1:0162c0f220284698b77a3d264376343a:function:default:my-function:latest',
        condition: '',
        approximate_invoke_count: 0,
      },
      request_payload: '',
      response_context: { status_code: 200, function_error: '' },
      response_payload: 'hello world!',
    },
  },
];
