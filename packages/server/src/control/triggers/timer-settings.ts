import { parseCronSchedule, parseRate, type Schedule, ScheduleError } from '../../domain/schedule.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from '../functions/types.ts';
import type { WireFields } from '../functions/wire-fields.ts';
import { readTriggerName } from './trigger-name.ts';
import type { TimerSettings } from './types.ts';

const CODE = 'invalid_timer_trigger';
const PARSERS: Readonly<Record<TimerSettings['scheduleType'], (text: string) => Schedule>> = {
  Rate: parseRate,
  Cron: parseCronSchedule,
};

export const timerFields = ['name', 'schedule_type', 'schedule', 'user_event'];

/** Throws `invalid_timer_trigger`. */
export function readTimer(fields: WireFields): TimerSettings {
  const name = readTriggerName(fields, CODE);
  const scheduleType = fields.text('schedule_type', { code: CODE });
  if (scheduleType !== 'Rate' && scheduleType !== 'Cron') {
    throw new PlatformError(CODE, 'schedule_type must be Rate or Cron');
  }
  const scheduleText = fields.text('schedule', { code: CODE }) ?? '';
  const userEvent = fields.text('user_event', { code: CODE });
  return {
    kind: 'TIMER',
    name,
    scheduleType,
    scheduleText,
    schedule: scheduleOf(scheduleType, scheduleText),
    userEvent,
  };
}

export function timerEventData({ name, scheduleType, scheduleText, userEvent }: TimerSettings): Kept {
  return {
    name,
    schedule_type: scheduleType,
    schedule: scheduleText,
    ...(userEvent === undefined ? {} : { user_event: userEvent }),
  };
}

function scheduleOf(type: TimerSettings['scheduleType'], text: string): Schedule {
  try {
    return PARSERS[type](text);
  } catch (cause) {
    if (!(cause instanceof ScheduleError)) throw cause;
    throw new PlatformError(CODE, `schedule: ${cause.message}`, {
      hint:
        type === 'Rate'
          ? 'Rate takes 1m to 60m, 1h to 24h or 1d to 30d.'
          : 'Cron takes "second minute hour day month [weekday]" in UTC, after CRON_TZ=<zone> in that zone, or @every 30s.',
      cause,
    });
  }
}
