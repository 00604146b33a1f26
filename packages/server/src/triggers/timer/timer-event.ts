import { type Schedule, tickText } from '@funcgraph/api/schedule';
import type { TimerSettings } from './timer-settings.ts';

/** The event of a tick for the function; `time` is the planned time of the tick, also when it runs later. */
export function timerEvent({ name, userEvent }: TimerSettings, schedule: Schedule, tick: number): Buffer {
  return Buffer.from(
    JSON.stringify({
      version: 'v1.0',
      time: tickText(schedule, tick),
      trigger_type: 'TIMER',
      trigger_name: name,
      user_event: userEvent ?? '',
    }),
  );
}
