import type { ScheduleFault } from '@funcgraph/api/schedule';
import { type TFunction, useTexts } from '../../i18n/index.ts';
import { isSchedule, readSchedule, type ScheduleType } from './read-schedule.ts';

function faultWords(fault: ScheduleFault, t: TFunction<'schedule'>): string {
  if (fault.kind !== 'field') return t(`faults.${fault.kind}`);
  const { field, text, min, max } = fault;
  return t('faults.field', { field: t(`fieldNames.${field}`), text, min, max });
}

/** A check of a form's field; it fails with what is wrong in the language of the person. */
export function useScheduleCheck(type: ScheduleType) {
  const { t } = useTexts('schedule');
  return async (_: unknown, text: unknown): Promise<void> => {
    const read = readSchedule(type, typeof text === 'string' ? text : '');
    if (!isSchedule(read)) throw new Error(faultWords(read, t));
  };
}
