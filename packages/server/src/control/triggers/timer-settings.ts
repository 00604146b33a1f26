import { parseCronSchedule, parseRate, type Schedule, ScheduleError } from '../../domain/schedule.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkLength } from '../checks.ts';
import type { TimerSettings } from './types.ts';

const CODE = 'invalid_timer_trigger';
const PARSERS: Readonly<Record<TimerSettings['scheduleType'], (text: string) => Schedule>> = {
  Rate: parseRate,
  Cron: parseCronSchedule,
};

const MAX_USER_EVENT_CHARS = 16_384;

/** Throws `invalid_timer_trigger`. */
export function checkedTimer(timer: Omit<TimerSettings, 'schedule'>): TimerSettings {
  checkLength('user_event', timer.userEvent, MAX_USER_EVENT_CHARS, CODE);
  return { ...timer, schedule: scheduleOf(timer.scheduleType, timer.scheduleText) };
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
