import { Type } from 'typebox';
import { WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const fields = Type.Object({
  name: Text('Name of the trigger; lts unless given.'),
  log_group_id: Text('The group of the log: the id of the project, as showLtsLogDetails answers.'),
  log_topic_id: Text('The stream of the log, which is that of one function: stream_id of showLtsLogDetails.'),
});

export const ltsTrigger = {
  fields,
  flowType: 'LTS',
  words: ({ log_topic_id }) => `log lines of ${String(log_topic_id)}`,
} as const satisfies TriggerDescription;
