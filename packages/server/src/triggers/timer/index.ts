import { TRIGGER_KINDS } from '@funcgraph/api';
import type { TriggerKind } from '../trigger-kind.ts';
import { readTimer, timerData } from './event-data.ts';
import { flowTimer } from './flow-timer.ts';
import { FunctionTimers } from './function-timers.ts';
import { checkTimer, type TimerSettings } from './timer-settings.ts';
import { TimerSource } from './timer-source.ts';

export const timer: TriggerKind<TimerSettings, 'TIMER'> = {
  code: 'TIMER',
  fields: TRIGGER_KINDS.TIMER.fields,
  errors: { invalid: 'invalid_timer_trigger', exists: 'timer_trigger_exists' },
  forHttp: false,
  check: checkTimer,
  keepsSince: (before, after) =>
    before.scheduleType === after.scheduleType && before.scheduleText === after.scheduleText,
  read: readTimer,
  data: timerData,
  ofFlow: flowTimer,
  source: (deps) => new TimerSource(new FunctionTimers(deps), deps),
  sample: {
    name: 'timer-event-template',
    description: 'A timer has fired; user_event is the text of the trigger',
    content: {
      version: 'v1.0',
      time: '2026-01-01T08:30:00+08:00',
      trigger_type: 'TIMER',
      trigger_name: 'Timer_001',
      user_event: 'User Event',
    },
  },
};
