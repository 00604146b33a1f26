import { nextTick, parseCronSchedule, parseRate, ScheduleError, tickText } from '@funcgraph/api/schedule';
import { crontabWarning } from '../../project/triggers/crontab.ts';
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

/** A line with the warning; empty for other texts. */
export function crontabLine(cron: string | undefined): string {
  const warning = crontabWarning(cron, (text) => `use --cron "${text}"`);
  return warning === undefined ? '' : `\n${warning}`;
}
