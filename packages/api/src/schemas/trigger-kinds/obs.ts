import { Type } from 'typebox';
import { Nullable, WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const MAX_EVENTS = 20;

const fields = Type.Object({
  name: Text('Name of the trigger; made from the bucket unless given.'),
  bucket: Text('A bucket of the project.'),
  events: Nullable(Type.Array(Type.String({ maxLength: 64 }), { maxItems: MAX_EVENTS }), {
    description:
      'ObjectCreated for all of Put, Post, Copy and CompleteMultipartUpload; ObjectRemoved for Delete. Also as ' +
      's3:ObjectCreated:Put or s3:ObjectCreated:*.',
  }),
  prefix: Text('Only objects whose key begins with it.'),
  suffix: Text('Only objects whose key ends with it.'),
});

export const obsTrigger = {
  fields,
  flowType: 'OBS',
  words: ({ bucket, events, prefix, suffix }) => {
    const keys = prefix || suffix ? `/${String(prefix ?? '')}*${String(suffix ?? '')}` : '';
    return `${Array.isArray(events) ? events.join(', ') : ''} in ${String(bucket)}${keys}`;
  },
} as const satisfies TriggerDescription;
