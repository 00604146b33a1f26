import type { TriggerForm } from '../trigger-form.ts';

interface Log {
  readonly group_id: string;
  readonly stream_id: string;
}

export const ltsForm: TriggerForm<'LTS', 'log'> = {
  fields: [
    { name: 'log', label: 'log', hint: 'log', input: 'log', isRequired: true, isWide: true },
    { name: 'name', label: 'name', input: 'text', isRequired: true, isWide: true },
  ],
  initial: () => ({ name: 'lts' }),
  fromData: ({ log_group_id, log_topic_id }) => ({ log: { group_id: log_group_id, stream_id: log_topic_id } }),
  toData({ log, ...data }) {
    const { group_id, stream_id } = log as Log;
    return { ...data, log_group_id: group_id, log_topic_id: stream_id };
  },
  shown: ['log_topic_id'],
};
