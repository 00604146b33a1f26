import { Type } from 'typebox';
import { WireLongText as Text } from './common.ts';

export const CreateTestEventBody = Type.Object({
  name: Text('At most 25 letters, digits, _ and -; starts with a letter, ends with a letter or digit.'),
  content: Text('JSON text of at most 4 KB, in Base64.'),
});

export const UpdateTestEventBody = Type.Object({ content: Text('JSON text of at most 4 KB, in Base64.') });

export const TestEventName = Type.Object({ id: Type.String(), name: Type.String() });

const Listed = {
  ...TestEventName.properties,
  last_modified: Type.Number({ description: 'Seconds since the epoch.' }),
};

export const TestEvent = Type.Object({ ...Listed, content: Type.String({ description: 'In Base64.' }) });

export const TestEventList = Type.Object({
  count: Type.Integer(),
  events: Type.Array(Type.Object(Listed)),
  next_marker: Type.Integer({ description: 'There is one page: always 0.' }),
});

export const EventTemplate = Type.Object({
  name: Type.String(),
  kind: Type.String({ description: 'Trigger type code; empty for an event without a trigger.' }),
  description: Type.String(),
  content: Type.Record(Type.String(), Type.Unknown()),
});
