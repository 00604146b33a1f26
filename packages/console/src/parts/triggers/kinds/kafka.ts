import type { TriggerForm } from '../trigger-form.ts';

export const kafkaForm: TriggerForm<'KAFKA'> = {
  fields: [
    {
      name: 'kafka_connect_address',
      label: 'kafka_connect_address',
      hint: 'addresses',
      input: 'text',
      placeholder: 'kafka.example.com:9092',
      isRequired: true,
      isWide: true,
    },
    {
      name: 'topic_ids',
      label: 'topic_ids',
      input: 'list',
      example: 'orders',
      isRequired: true,
      isWide: true,
    },
    { name: 'kafka_ssl_enable', label: 'tls', hint: 'kafkaTls', input: 'switch', isWide: true },
    {
      name: 'kafka_user',
      label: 'user',
      input: 'text',
      isRequired: true,
      when: ({ kafka_ssl_enable: tls }) => tls === true,
    },
    {
      name: 'kafka_password',
      label: 'password',
      hint: 'password',
      input: 'password',
      isRequired: true,
      when: ({ kafka_ssl_enable: tls }) => tls === true,
    },
    { name: 'batch_size', label: 'batch_size', input: 'number', min: 1, max: 1000, isRequired: true },
    { name: 'instance_id', label: 'instance_id', hint: 'brokerInstance', input: 'text' },
    { name: 'name', label: 'name', hint: 'ownName', input: 'text', isWide: true },
  ],
  initial: () => ({ kafka_ssl_enable: false, batch_size: 100 }),
  shown: ['topic_ids', 'kafka_connect_address'],
};
