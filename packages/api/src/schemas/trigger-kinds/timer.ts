import { Type } from 'typebox';
import { WireLongText as LongText, WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const fields = Type.Object({
  name: Text('Name of the timer.'),
  schedule_type: Text('Rate or Cron'),
  schedule: Text('15m, 2h or 3d; or second minute hour day month [weekday], CRON_TZ=<zone> ..., @every 90s'),
  user_event: LongText('Text that each event carries'),
});

export const timerTrigger = {
  fields,
  flowType: 'FLOWTIMER',
  words: ({ schedule_type, schedule }) => `${schedule_type} ${schedule}`,
} as const satisfies TriggerDescription;
