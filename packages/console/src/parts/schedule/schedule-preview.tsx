import type { Schedule } from '@funcgraph/api/schedule';
import { useMemo } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { usePreferences } from '../../preferences/index.ts';
import { nextTimes } from './read-schedule.ts';
import './schedule.css';
import { scheduleWords } from './schedule-words.ts';

const SHOWN = 5;

/** In words when a schedule ticks, and the next five times by its own clocks. */
export function SchedulePreview({ schedule }: { schedule: Schedule }) {
  const { t } = useTexts('schedule');
  const language = usePreferences((preferences) => preferences.language);
  const times = useMemo(() => nextTimes(schedule, Date.now(), SHOWN), [schedule]);
  const zone = schedule.kind === 'cron' ? (schedule.zone?.name ?? 'UTC') : undefined;
  const format = new Intl.DateTimeFormat(language, {
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(zone === undefined ? {} : { timeZone: zone }),
  });
  return (
    <div className="schedule-preview" role="status">
      <p>{scheduleWords(schedule, t, language)}</p>
      <h4>{t('next', { zone: format.resolvedOptions().timeZone })}</h4>
      <ol>
        {times.map((at) => (
          <li key={at}>
            <time dateTime={new Date(at).toISOString()}>{format.format(at)}</time>
          </li>
        ))}
      </ol>
    </div>
  );
}
