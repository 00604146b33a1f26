import type { TriggerForm } from '../trigger-form.ts';

export const ctsForm: TriggerForm<'CTS'> = {
  fields: [
    { name: 'name', label: 'name', input: 'text', isRequired: true, isWide: true },
    {
      name: 'operations',
      label: 'operations',
      hint: 'operations',
      input: 'list',
      example: 'FunctionGraph:function:createFunction;deleteFunction',
      isRequired: true,
      isWide: true,
    },
  ],
  initial: () => ({ name: 'cts', operations: ['FunctionGraph:function:*'] }),
  shown: ['operations'],
};
