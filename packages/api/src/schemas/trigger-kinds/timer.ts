import { WireLongText as LongText, WireText as Text } from '../common.ts';

export const timerFields = {
  name: Text('Name of the timer, or of the API.'),
  schedule_type: Text('TIMER: Rate or Cron'),
  schedule: Text('TIMER: 15m, 2h or 3d; or second minute hour day month [weekday], CRON_TZ=<zone> ..., @every 90s'),
  user_event: LongText('TIMER: text that each event carries'),
};
