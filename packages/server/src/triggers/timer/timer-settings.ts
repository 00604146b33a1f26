import { parseCronSchedule, parseRate, type Schedule, ScheduleError } from '@funcgraph/api/schedule';
import { checkLength, type Trigger } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';

export interface TimerSettings {
  readonly kind: 'TIMER';
  readonly name: string;
  readonly scheduleType: 'Rate' | 'Cron';
  /** As written. */
  readonly scheduleText: string;
  /** Text for each event; undefined when none was given. */
  readonly userEvent?: string | undefined;
}

const CODE = 'invalid_timer_trigger';
const PARSERS: Readonly<Record<TimerSettings['scheduleType'], (text: string) => Schedule>> = {
  Rate: parseRate,
  Cron: parseCronSchedule,
};

const MAX_USER_EVENT_CHARS = 16_384;

/** Throws `invalid_timer_trigger`. */
export function checkTimer(timer: TimerSettings): void {
  checkLength('user_event', timer.userEvent, MAX_USER_EVENT_CHARS, CODE);
  scheduleOf(timer);
}

export function isTimer(trigger: Trigger): trigger is Trigger<TimerSettings> {
  return trigger.settings.kind === 'TIMER';
}

/** Throws `invalid_timer_trigger`. */
export function scheduleOf({ scheduleType: type, scheduleText }: TimerSettings): Schedule {
  try {
    return PARSERS[type](scheduleText);
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
