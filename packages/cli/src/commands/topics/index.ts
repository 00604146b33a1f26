import { flag, type Noun, usageError } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { subscriptionCommands } from './subscriptions.ts';
import { TOPIC } from './topic.ts';

const PAGE = 100;

/** `kind=order`: an attribute with one value; `kind=order|refund`: with several. */
function attributeOf(text: string) {
  const [, name = '', value = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === '') throw usageError(`--attribute ${JSON.stringify(text)} is not NAME=VALUE`);
  const values = value.split('|');
  return values.length === 1 ? { name, type: 'STRING', value } : { name, type: 'STRING_ARRAY', value: values };
}

export const topics: Noun = {
  name: 'topics',
  summary: 'Topics: messages for functions, flows, addresses and e-mail that subscribed',
  commands: [
    operation('topics create', 'createTopic', {
      summary: 'Make a topic; one of this name stays as it is',
      args: [word('name', 'of the topic')],
      flags: { 'display-name': ['TEXT', 'sender of its e-mails'] },
      examples: ['fgs topics create orders', 'fgs topics create orders --display-name Shop'],
      text: ({ topic_urn }) => topic_urn,
    }),
    operation('topics list', 'listTopics', {
      summary: 'Topics of the project that you may see, by name',
      fields: { limit: String(PAGE) },
      next: ({ topic_count: count }, seen) => (seen > 0 && seen < count ? { offset: String(seen) } : undefined),
      examples: ['fgs topics list'],
      rows: ({ topics: found }) => found,
      columns: { name: 'TOPIC', display_name: 'SENDER', topic_urn: 'URN' },
      none: 'no topics; make one with: fgs topics create NAME',
    }),
    operation('topics show', 'listTopicDetails', {
      args: [TOPIC],
      examples: ['fgs topics show orders'],
      hide: ['request_id', 'push_policy'],
    }),
    operation('topics delete', 'deleteTopic', {
      args: [TOPIC],
      examples: ['fgs topics delete orders --yes'],
      confirm: ({ topic }) => `topic ${topic.name}, with its subscriptions and undelivered messages`,
      text: (_, { topic }) => `deleted topic ${topic.name}`,
      data: (_, { topic }) => ({ topic_urn: topic.urn, outcome: 'deleted' }),
    }),
    operation('topics publish', 'publishMessage', {
      summary: 'Publish a message to all that subscribed',
      args: [TOPIC, word('message', 'the text')],
      flags: {
        subject: ['TEXT', 'subject of e-mails'],
        'time-to-live': ['SECONDS', 'later it is not delivered any more (3600)'],
        attribute: flag.list('NAME=VALUE', 'for the filters of subscriptions; several values with | between them'),
      },
      fields: ({ attribute = [] }) =>
        attribute.length === 0 ? {} : { message_attributes: attribute.map(attributeOf) },
      examples: [
        'fgs topics publish orders "order 17 was paid"',
        'fgs topics publish orders "order 17 was paid" --subject Paid --attribute kind=paid',
      ],
      text: ({ message_id }) => `published as ${message_id}`,
    }),
    ...subscriptionCommands,
  ],
};
