import { nextTick, parseCronSchedule, parseRate, ScheduleError, tickText } from '@funcgraph/api/schedule';
import type { Trigger } from './trigger.ts';

const SHOWN_TIMES = 3;

/** The next times of an active timer, on a line; empty for other triggers. A rate counts from its last change. */
export function nextTimesLine(trigger: Trigger, now: number): string {
  const { schedule_type: type, schedule } = trigger.event_data;
  if (trigger.trigger_type_code !== 'TIMER' || trigger.trigger_status !== 'ACTIVE') return '';
  try {
    const parsed = type === 'Rate' ? parseRate(String(schedule)) : parseCronSchedule(String(schedule));
    const changed = Date.parse(trigger.last_updated_time);
    const since = Number.isNaN(changed) ? now : changed;
    const times: string[] = [];
    for (let last: number | undefined = now; times.length < SHOWN_TIMES; ) {
      last = nextTick(parsed, since, last);
      if (last === undefined) break;
      times.push(tickText(parsed, last));
    }
    return `\nnext: ${times.join(', ')}`;
  } catch (error) {
    // a newer server may have more forms
    if (error instanceof ScheduleError) return '';
    throw error;
  }
}

/** A crontab line has five fields too, but begins with the minute; empty for other texts. */
export function crontabLine(cron: string | undefined): string {
  const fields = cron?.trim().split(/\s+/) ?? [];
  if (fields.length !== 5) return '';
  return `\nwarning: five fields are "second minute hour day month". If this is a line of a crontab, which begins with the minute, use --cron "0 ${fields.join(' ')}"`;
}
