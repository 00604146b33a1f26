import { Type } from 'typebox';
import { WireInt as Int, WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const fields = Type.Object({
  name: Text('Name of the trigger; made from the stream unless given.'),
  stream_name: Text('A stream of the project.'),
  sharditerator_type: Text(
    'TRIM_HORIZON: from the oldest record, unless given; LATEST: from the creation of the trigger.',
  ),
  batch_size: Int('Most records of an event, 1 to 10000; 100 unless given.'),
  max_fetch_bytes: Int('Most bytes of the records of an event, 1 to 4194304; 1048576 unless given.'),
  polling_interval: Int('Pause when there is nothing to read: 1 to 60 s, 100 to 60000 ms; 1 s unless given.'),
  polling_unit: Text('s, unless given, or ms.'),
  is_serial: Text(
    'true: one event at a time for all shards, the oldest first; false unless given: one for each shard.',
  ),
});

export const disTrigger = {
  fields,
  flowType: 'DIS',
  words: ({ stream_name }) => `records of stream ${String(stream_name)}`,
} as const satisfies TriggerDescription;
