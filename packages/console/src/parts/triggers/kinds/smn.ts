import type { TriggerForm } from '../trigger-form.ts';

export const smnForm: TriggerForm<'SMN'> = {
  fields: [
    { name: 'topic_urn', label: 'topic_urn', input: 'topic', isRequired: true, isWide: true },
    { name: 'name', label: 'name', hint: 'ownName', input: 'text', isWide: true },
  ],
  initial: () => ({}),
  shown: ['topic_urn'],
};
