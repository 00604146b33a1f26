import type { TriggerFields } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { TimerSettings } from './timer-settings.ts';

/** Throws `invalid_timer_trigger`. */
export function readTimer(data: TriggerFields<'TIMER'>): TimerSettings {
  const { name = '', schedule_type: scheduleType, schedule: scheduleText = '', user_event: userEvent } = data;
  if (scheduleType !== 'Rate' && scheduleType !== 'Cron') {
    throw new PlatformError('invalid_timer_trigger', 'schedule_type must be Rate or Cron');
  }
  return { kind: 'TIMER', name, scheduleType, scheduleText, userEvent };
}

export function timerData({ name, scheduleType, scheduleText, userEvent }: TimerSettings) {
  return {
    name,
    schedule_type: scheduleType,
    schedule: scheduleText,
    ...(userEvent === undefined ? {} : { user_event: userEvent }),
  };
}
