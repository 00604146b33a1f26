import type { TriggerForm } from '../trigger-form.ts';

export const rabbitmqForm: TriggerForm<'RABBITMQ'> = {
  fields: [
    {
      name: 'connect_address',
      label: 'connect_address',
      hint: 'addresses',
      input: 'text',
      placeholder: 'rabbitmq.example.com:5672',
      isRequired: true,
      isWide: true,
    },
    { name: 'exchange_name', label: 'exchange_name', hint: 'exchange_name', input: 'text', isRequired: true },
    { name: 'vhost', label: 'vhost', input: 'text', isRequired: true },
    { name: 'access_user', label: 'user', input: 'text', isRequired: true },
    { name: 'access_password', label: 'password', hint: 'password', input: 'password', isRequired: true },
    { name: 'ssl_enable', label: 'tls', hint: 'tls', input: 'switch', isWide: true },
    { name: 'batch_size', label: 'batch_size', input: 'number', min: 1, max: 1000, isRequired: true },
    { name: 'instance_id', label: 'instance_id', hint: 'brokerInstance', input: 'text' },
    { name: 'name', label: 'name', hint: 'ownName', input: 'text', isWide: true },
  ],
  initial: () => ({ vhost: '/', ssl_enable: false, batch_size: 100 }),
  shown: ['exchange_name', 'connect_address'],
};
