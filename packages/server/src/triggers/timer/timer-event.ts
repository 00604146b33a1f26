import type { TimerSettings } from '../../control/index.ts';
import { tickText } from '../../domain/schedule.ts';

/** What the function gets for a tick; `time` is when the tick was planned, whenever it is run. */
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
