import type { TriggerForm } from '../trigger-form.ts';

export const eventForm: TriggerForm<'EVENT'> = {
  fields: [
    { name: 'name', label: 'name', input: 'text', isRequired: true, isWide: true },
    {
      name: 'types',
      label: 'types',
      hint: 'types',
      input: 'list',
      example: 'com.example.order.*',
      isWide: true,
    },
  ],
  initial: () => ({ name: 'event' }),
  shown: ['types'],
};
