import { TRIGGER_KINDS } from '@funcgraph/api';
import { topicSource } from '../../services/index.ts';
import type { TriggerKind } from '../trigger-kind.ts';
import { checkTopic, readSmn, type SmnSettings, topicOf } from './smn-settings.ts';

/** Messages of a topic. They are delivered with those of subscriptions. */
export const smn: TriggerKind<SmnSettings, 'SMN'> = {
  code: 'SMN',
  fields: TRIGGER_KINDS.SMN.fields,
  errors: { invalid: 'invalid_smn_trigger', exists: 'smn_trigger_exists' },
  forHttp: false,
  check: (settings) => void topicOf(settings),
  checkSource: checkTopic,
  listensTo: ({ projectId }, settings) => topicSource(projectId, topicOf(settings).name),
  read: readSmn,
  data: ({ name, topicUrn }) => ({ name, topic_urn: topicUrn }),
  sample: {
    name: 'smn-event-template',
    description: 'A message was published to a topic; the list is called record',
    content: {
      record: [
        {
          event_version: '1.0',
          smn: {
            topic_urn: 'urn:smn:local-1:0162c0f220284698b77a3d264376343a:my-topic',
            timestamp: '2026-01-01T00:30:00Z',
            message_attributes: null,
            message: 'the text of the message',
            type: 'notification',
            message_id: 'a51671f77d4a479cacb09e2cd591a983',
            subject: 'the subject',
          },
          event_subscription_urn:
            'urn:fss:local-1:0162c0f220284698b77a3d264376343a:function:default:my-function:latest',
          event_source: 'smn',
        },
      ],
      functionname: 'my-function',
      requestId: '7c307f6a-cf68-4e65-8be0-4c77405a1b2c',
      timestamp: 'Thu Jan 01 2026 08:30:00 GMT+0800 (CST)',
    },
  },
};
