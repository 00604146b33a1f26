import type { TimerSettings } from '../../control/index.ts';
import { tickText } from '../../domain/schedule.ts';

/** The event of a tick for the function; `time` is the planned time of the tick, also when it runs later. */
export function timerEvent(settings: TimerSettings, tick: number): Buffer {
  const { schedule, name, userEvent } = settings;
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
