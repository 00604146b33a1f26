import { Fragment } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { usePreferences } from '../../preferences/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { isSchedule, readSchedule } from '../schedule/read-schedule.ts';
import { scheduleWords } from '../schedule/schedule-words.ts';
import { formOf } from './kinds.ts';
import { SourceLink } from './source-link.tsx';
import './triggers.css';

interface TriggerFactsProps {
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));

/** In a few lines, when or where a trigger fires. */
export function TriggerFacts({ code, data }: TriggerFactsProps) {
  const { t } = useTexts('triggers');
  const facts = (formOf(code)?.shown ?? []).map((field) => ({ field, text: textOf(data[field]) }));
  const address = textOf(data.invoke_url);
  return (
    <div className="trigger-facts">
      {typeof data.schedule === 'string' && <ScheduleFact type={textOf(data.schedule_type)} text={data.schedule} />}
      {address !== '' && (
        <div className="trigger-address">
          <code>{address}</code>
          <CopyButton text={address} label={t('copyUrl')} />
        </div>
      )}
      <dl>
        {facts
          .filter(({ text }) => text !== '')
          .map(({ field, text }) => (
            <Fragment key={field}>
              <dt>{t(`fields.${field}`)}</dt>
              <dd>
                <SourceLink field={field} text={text} />
              </dd>
            </Fragment>
          ))}
      </dl>
    </div>
  );
}

function ScheduleFact({ type, text }: { type: string; text: string }) {
  const { t } = useTexts('schedule');
  const language = usePreferences((preferences) => preferences.language);
  const schedule = readSchedule(type === 'Rate' ? 'Rate' : 'Cron', text);
  return (
    <>
      {isSchedule(schedule) && <div className="trigger-words">{scheduleWords(schedule, t, language)}</div>}
      {type !== 'Rate' && <code>{text}</code>}
    </>
  );
}
