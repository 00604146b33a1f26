import { Type } from 'typebox';
import { WireFlag as Flag, WireInt as Int, WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const fields = Type.Object({
  name: Text('Name of the trigger; made from the exchange unless given.'),
  instance_id: Text('Name of the broker in events; has no other effect.'),
  connect_address: Text(
    'host:port of the broker; several with commas between them. 5672 or, with TLS, 5671 unless given.',
  ),
  access_user: Text(),
  access_password: Text('Stored sealed; answers do not have it. A change without it keeps it.'),
  vhost: Text('/ unless given'),
  exchange_name: Text('An exchange of type fanout, topic or headers, which must exist.'),
  ssl_enable: Flag('Connect with TLS and check the certificate.'),
  batch_size: Int('Most messages of one event: 1 to 1000; 100 unless given.'),
});

export const rabbitmqTrigger = {
  fields,
  flowType: 'RABBITMQ',
  words: ({ exchange_name, connect_address }) =>
    `messages of exchange ${String(exchange_name)} at ${String(connect_address)}`,
} as const satisfies TriggerDescription;
