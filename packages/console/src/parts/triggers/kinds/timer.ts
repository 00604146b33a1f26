import type { TriggerForm } from '../trigger-form.ts';

export const timerForm: TriggerForm<'TIMER', 'rate' | 'cron'> = {
  fields: [
    { name: 'name', label: 'timer_name', input: 'text', isRequired: true, isWide: true },
    { name: 'schedule_type', label: 'schedule_type', input: 'choice', choices: ['Rate', 'Cron'], isWide: true },
    {
      name: 'rate',
      label: 'rate',
      input: 'rate',
      isWide: true,
      when: ({ schedule_type: type }) => type === 'Rate',
    },
    {
      name: 'cron',
      label: 'cron',
      input: 'cron',
      isWide: true,
      when: ({ schedule_type: type }) => type === 'Cron',
    },
    { name: 'user_event', label: 'user_event', hint: 'user_event', input: 'long-text', isWide: true },
  ],
  initial: () => ({ name: 'timer', schedule_type: 'Rate', rate: '15m', cron: '0 0 8 * * ?' }),
  fromData: ({ schedule, schedule_type: type }) => ({
    rate: type === 'Rate' ? schedule : '15m',
    cron: type === 'Cron' ? schedule : '0 0 8 * * ?',
  }),
  toData: ({ rate, cron, ...data }) => ({ ...data, schedule: data.schedule_type === 'Rate' ? rate : cron }),
  shown: [],
};
