import { Type } from 'typebox';
import { WireFlag as Flag, WireInt as Int, Nullable, WireText as Text } from './common.ts';

const Settings = {
  description: Text('At most 512 characters.'),
  enabled: Flag('True unless given.'),
  period: Int('Minutes: 1, 5, 15, 30 or 60; 5 unless given.'),
  periods: Int('Number of periods that are looked at, 1 to 10; 1 unless given.'),
  breaching_periods: Int('How many of them must be over the threshold; all unless given.'),
  missing_data: Text(
    'What periods without values do to the state: keep (usual) or no_data. Counts are 0 without calls; only times are missing.',
  ),
  topic_urns: Nullable(Type.Array(Type.String()), { description: 'Topics that get changes of the state, at most 5.' }),
  notify_on: Nullable(Type.Array(Type.String()), {
    description: 'States of which topics get a message: alarm, ok, no_data. The first two unless given.',
  }),
};

const METRIC =
  'Of functions: count, failcount, rejectcount, concurrency, reservedinstancenum, duration, maxDuration, minDuration. Of flows: count, fail_count, reject_count, running_count, duration. Times are ms.';
const STATISTIC = 'Over the minutes of a period: average, maximum, minimum or sum. Not every metric has each.';
const COMPARISON = 'Of the value with the threshold: >, >=, < or <=.';
const THRESHOLD = '0 or more.';

export const CreateAlarmBody = Type.Object({
  name: Type.String({ description: '1 to 128 letters, digits, _ and -.' }),
  target_urn: Type.String({
    description: 'URN of a function, also with a version or an alias, or of a flow. It does not change.',
  }),
  metric: Type.String({ description: METRIC }),
  statistic: Type.String({ description: STATISTIC }),
  comparison: Type.String({ description: COMPARISON }),
  threshold: Type.Number({ description: THRESHOLD }),
  ...Settings,
});

export const UpdateAlarmBody = Type.Object(
  {
    metric: Text(METRIC),
    statistic: Text(STATISTIC),
    comparison: Text(COMPARISON),
    threshold: Nullable(Type.Number(), { description: THRESHOLD }),
    ...Settings,
  },
  { description: 'What is left out stays.' },
);

const State = Type.String({ description: 'ok, alarm or no_data.' });

export const Alarm = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  enabled: Type.Boolean(),
  target_urn: Type.String(),
  metric: Type.String(),
  statistic: Type.String(),
  period: Type.Integer(),
  comparison: Type.String(),
  threshold: Type.Number(),
  periods: Type.Integer(),
  breaching_periods: Type.Integer(),
  missing_data: Type.String(),
  topic_urns: Type.Array(Type.String()),
  notify_on: Type.Array(Type.String()),
  state: State,
  state_since: Type.String({ description: 'RFC 3339: end of the period that brought the state.' }),
  value: Type.Union([Type.Number(), Type.Null()], { description: 'Of that period; null without one.' }),
  created_at: Type.String({ description: 'RFC 3339.' }),
  modified_at: Type.String({ description: 'RFC 3339.' }),
});

export const AlarmList = Type.Object({
  alarms: Type.Array(Alarm, { description: 'By name.' }),
  next_marker: Type.String({ description: 'Of the next page; empty at the end.' }),
});

export const AlarmHistory = Type.Object({
  changes: Type.Array(
    Type.Object({
      id: Type.String({ description: 'As in messages about the change.' }),
      time: Type.String({ description: 'RFC 3339: end of the period that brought the state.' }),
      previous_state: State,
      state: State,
      value: Type.Union([Type.Number(), Type.Null()]),
      notices: Type.Array(
        Type.Object({
          topic_urn: Type.String(),
          message_id: Type.String({ description: 'Empty when no message was published.' }),
          error: Type.String({ description: 'Why not.' }),
        }),
      ),
    }),
    { description: 'The last 100, the latest first.' },
  ),
});
