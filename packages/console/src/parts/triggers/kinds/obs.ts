import type { TriggerForm } from '../trigger-form.ts';

export const obsForm: TriggerForm<'OBS'> = {
  fields: [
    { name: 'bucket', label: 'bucket', hint: 'bucket', input: 'bucket', isRequired: true, isWide: true },
    {
      name: 'events',
      label: 'events',
      input: 'choices',
      choices: ['ObjectCreated', 'Put', 'Post', 'Copy', 'CompleteMultipartUpload', 'ObjectRemoved', 'Delete'],
      isRequired: true,
      isWide: true,
    },
    { name: 'prefix', label: 'prefix', hint: 'prefix', input: 'text', placeholder: 'incoming/' },
    { name: 'suffix', label: 'suffix', hint: 'suffix', input: 'text', placeholder: '.png' },
    { name: 'name', label: 'name', hint: 'ownName', input: 'text', isWide: true },
  ],
  initial: () => ({ events: ['ObjectCreated'] }),
  isAlwaysOn: true,
  shown: ['bucket', 'events', 'prefix', 'suffix'],
};
