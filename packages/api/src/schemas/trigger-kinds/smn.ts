import { Type } from 'typebox';
import { WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const fields = Type.Object({
  name: Text('Name of the trigger; made from the topic unless given.'),
  topic_urn: Text('URN of a topic of the project.'),
});

export const smnTrigger = {
  fields,
  flowType: 'SMN',
  words: ({ topic_urn }) => `messages of ${String(topic_urn)}`,
} as const satisfies TriggerDescription;
