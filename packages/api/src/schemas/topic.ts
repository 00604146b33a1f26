import { Type } from 'typebox';
import { WireLongText as LongText, Nullable, WireText as Text } from './common.ts';

export const CreateTopicBody = Type.Object({
  name: Type.String({ description: '1 to 255 letters, digits, _ and -; starts with a letter or digit.' }),
  display_name: Text('Sender of e-mails; at most 192 bytes.'),
  enterprise_project_id: Text('Stored and returned; rights do not depend on it.'),
});

export const UpdateTopicBody = Type.Object({ display_name: Text('At most 192 bytes.') });

const RequestId = { request_id: Type.String() };

export const TopicCreated = Type.Object({ ...RequestId, topic_urn: Type.String() });

const TopicFields = {
  topic_urn: Type.String(),
  topic_id: Type.String(),
  name: Type.String(),
  display_name: Type.String(),
  push_policy: Type.Integer({ description: 'Always 0: what cannot be delivered is a dead letter.' }),
  enterprise_project_id: Type.String(),
};

export const TopicList = Type.Object({
  ...RequestId,
  topic_count: Type.Integer({ description: 'Of all pages.' }),
  topics: Type.Array(Type.Object(TopicFields)),
});

export const TopicDetail = Type.Object({
  ...RequestId,
  ...TopicFields,
  create_time: Type.String({ description: 'RFC 3339.' }),
  update_time: Type.String({ description: 'RFC 3339.' }),
});

export const OnlyRequestId = Type.Object(RequestId);

export const FilterPolicy = Type.Object({
  name: Type.String({ description: 'Name of a message attribute.' }),
  string_equals: Type.Array(Type.String(), { description: '1 to 10 values, of which the attribute must have one.' }),
});

export const AddSubscriptionBody = Type.Object({
  protocol: Type.String({ description: 'functiongraph, functionstage, flow (our own), http, https or email.' }),
  endpoint: Type.String({ description: 'URN of a function or flow, an address, or an e-mail address.' }),
  remark: Text('At most 128 bytes.'),
});

export const SubscriptionCreated = Type.Object({ ...RequestId, subscription_urn: Type.String() });

export const UpdateSubscriptionBody = Type.Object({ remark: Text('At most 128 bytes.') });

export const SubscriptionList = Type.Object({
  ...RequestId,
  subscription_count: Type.Integer({ description: 'Of all pages.' }),
  subscriptions: Type.Array(
    Type.Object({
      topic_urn: Type.String(),
      protocol: Type.String(),
      subscription_urn: Type.String(),
      owner: Type.String({ description: 'Project of the topic.' }),
      endpoint: Type.String(),
      remark: Type.String(),
      status: Type.Integer({ description: '0 not confirmed, 1 confirmed.' }),
      filter_polices: Type.Array(FilterPolicy),
    }),
  ),
});

export const FilterPolicesBody = Type.Object({
  polices: Type.Array(Type.Object({ subscription_urn: Type.String(), filter_polices: Type.Array(FilterPolicy) }), {
    description: 'At most 100.',
  }),
});

export const RemoveFilterPolicesBody = Type.Object({
  subscription_urns: Type.Array(Type.String(), { description: 'At most 100.' }),
});

export const FilterPolicesChanged = Type.Object({
  ...RequestId,
  batch_result: Type.Array(
    Type.Object({ subscription_urn: Type.String(), code: Type.String(), message: Type.String() }),
  ),
});

const MessageAttribute = Type.Object({
  name: Type.String({ description: '1 to 32 lower-case letters, digits and single _ between them.' }),
  type: Type.String({ description: 'STRING, STRING_ARRAY, or PROTOCOL with the name smn_protocol.' }),
  value: Type.Union([Type.String(), Type.Array(Type.String())]),
});

export const PublishMessageBody = Type.Object({
  subject: Text('At most 512 bytes.'),
  message: LongText('At most 256 KB.'),
  message_structure: LongText('JSON object with a text for each protocol and for default; at most 256 KB.'),
  message_template_name: Text('Refused: there are no message templates.'),
  tags: Nullable(Type.Object({}, { additionalProperties: true }), { description: 'Refused: belongs to templates.' }),
  time_to_live: Text('Seconds, 1 to 604800; 3600 unless given. Later the message is not delivered any more.'),
  message_attributes: Nullable(Type.Array(MessageAttribute), { description: 'At most 10.' }),
});

export const MessagePublished = Type.Object({ ...RequestId, message_id: Type.String() });
