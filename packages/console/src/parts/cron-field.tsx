import { Button, Input, Select } from 'antd';
import { useTexts } from '../i18n/index.ts';
import { isSchedule, joinZone, readSchedule, splitZone } from './schedule/read-schedule.ts';
import './schedule/schedule.css';
import { SchedulePreview } from './schedule/schedule-preview.tsx';

const EXAMPLES = {
  daily: '0 0 8 * * ?',
  workdays: '0 30 9 ? * MON-FRI',
  quarterHour: '0 0/15 * * * ?',
  monthly: '0 0 0 1 * ?',
  often: '@every 90s',
} as const;
const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((zone) => ({
  value: zone,
  label: zone,
}));

/** What a field of a form gets from it. */
interface CronFieldProps {
  readonly id?: string;
  readonly value?: string;
  readonly onChange?: (value: string) => void;
}

/**
 * A cron expression with its time zone, in words, with its next five times. `useScheduleCheck('Cron')` is the rule of
 * its field.
 */
export function CronField({ id = '', value = '', onChange = () => {} }: CronFieldProps) {
  const { t } = useTexts('schedule');
  const { zone, expression } = splitZone(value);
  const schedule = readSchedule('Cron', value);
  return (
    <>
      <div className="schedule-line">
        <Input
          id={id}
          className="code-input"
          autoComplete="off"
          spellCheck={false}
          value={expression}
          onChange={(event) => onChange(joinZone(zone, event.target.value))}
        />
        <Select
          aria-label={t('zone')}
          showSearch
          disabled={expression.trimStart().startsWith('@')}
          value={zone}
          options={ZONES}
          onChange={(next) => onChange(joinZone(next, expression))}
          style={{ width: 200 }}
        />
      </div>
      <div className="schedule-examples">
        {Object.entries(EXAMPLES).map(([name, example]) => (
          <Button key={name} size="small" onClick={() => onChange(joinZone(zone, example))}>
            {t(`examples.${name as keyof typeof EXAMPLES}`)}
          </Button>
        ))}
      </div>
      {isSchedule(schedule) && <SchedulePreview schedule={schedule} />}
    </>
  );
}
