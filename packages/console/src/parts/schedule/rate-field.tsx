import { InputNumber, Select } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { isSchedule, readSchedule } from './read-schedule.ts';
import { SchedulePreview } from './schedule-preview.tsx';

const UNITS = ['m', 'h', 'd'] as const;
type Unit = (typeof UNITS)[number];

interface RateFieldProps {
  readonly id?: string;
  readonly value?: string;
  readonly onChange?: (value: string) => void;
}

/** A number and m, h or d. `useScheduleCheck('Rate')` is the rule of its field. */
export function RateField({ id = '', value = '', onChange = () => {} }: RateFieldProps) {
  const { t } = useTexts('schedule');
  const schedule = readSchedule('Rate', value);
  const unit = UNITS.find((each) => value.endsWith(each)) ?? 'm';
  const count = value.slice(0, -1);
  return (
    <>
      <div className="schedule-line">
        <InputNumber
          id={id}
          value={count === '' ? null : Number(count)}
          onChange={(next) => onChange(`${next ?? ''}${unit}`)}
          style={{ width: '100%' }}
        />
        <Select<Unit>
          aria-label={t('unit')}
          value={unit}
          options={UNITS.map((each) => ({ value: each, label: t(`units.${each}`) }))}
          onChange={(next) => onChange(`${count}${next}`)}
          style={{ width: 200 }}
        />
      </div>
      {isSchedule(schedule) && <SchedulePreview schedule={schedule} />}
    </>
  );
}
