import type { TriggerForm } from '../trigger-form.ts';

const MAX_FETCH_BYTES = 4 * 1024 * 1024;

export const disForm: TriggerForm<'DIS'> = {
  fields: [
    { name: 'stream_name', label: 'stream_name', input: 'stream', isRequired: true },
    {
      name: 'sharditerator_type',
      label: 'sharditerator_type',
      input: 'choice',
      choices: ['TRIM_HORIZON', 'LATEST'],
    },
    { name: 'batch_size', label: 'batch_size', input: 'number', min: 1, max: 10_000, isRequired: true },
    {
      name: 'max_fetch_bytes',
      label: 'max_fetch_bytes',
      input: 'number',
      min: 1,
      max: MAX_FETCH_BYTES,
      isRequired: true,
    },
    {
      name: 'polling_interval',
      label: 'polling_interval',
      hint: 'polling_interval',
      input: 'number',
      min: 1,
      max: 60_000,
      isRequired: true,
    },
    { name: 'polling_unit', label: 'polling_unit', input: 'choice', choices: ['s', 'ms'] },
    { name: 'is_serial', label: 'is_serial', input: 'choice', choices: ['false', 'true'], isWide: true },
    { name: 'name', label: 'name', hint: 'ownName', input: 'text', isWide: true },
  ],
  initial: () => ({
    sharditerator_type: 'TRIM_HORIZON',
    batch_size: 100,
    max_fetch_bytes: 1024 * 1024,
    polling_interval: 1,
    polling_unit: 's',
    is_serial: 'false',
  }),
  shown: ['stream_name', 'sharditerator_type', 'batch_size'],
};
