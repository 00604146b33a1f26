import type { TriggerFields } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import { type BrokerAddress, parseBrokers } from '../brokers/broker-address.ts';
import { type BrokerPassword, newPassword } from '../brokers/broker-password.ts';

export interface RabbitmqSettings {
  readonly kind: 'RABBITMQ';
  readonly name: string;
  readonly instanceId: string;
  /** As written; checked. */
  readonly addresses: string;
  readonly user: string;
  readonly password: BrokerPassword | undefined;
  readonly vhost: string;
  readonly exchange: string;
  readonly tls: boolean;
  readonly batchSize: number;
}

const CODE = 'invalid_rabbitmq_trigger';
const PORT = 5672;
const TLS_PORT = 5671;
const MAX_BATCH = 1000;
const USUAL_BATCH = 100;
/** Of names in AMQP, in bytes. */
const MAX_SHORT_BYTES = 255;
const MAX_NAME_CHARS = 50;

/** Reads them from decoded `event_data`. The password of the settings before stays unless another one is given. */
export function readRabbitmq(data: TriggerFields<'RABBITMQ'>, before?: RabbitmqSettings): RabbitmqSettings {
  const exchange = data.exchange_name ?? '';
  const settings: RabbitmqSettings = {
    kind: 'RABBITMQ',
    name: data.name || `rabbitmq-${exchange.replaceAll(/[^\p{L}\p{N}_-]/gu, '-').slice(0, MAX_NAME_CHARS)}`,
    instanceId: data.instance_id ?? '',
    addresses: data.connect_address ?? '',
    user: data.access_user ?? '',
    password: newPassword(data.access_password),
    vhost: data.vhost || '/',
    exchange,
    tls: data.ssl_enable ?? false,
    batchSize: data.batch_size ?? USUAL_BATCH,
  };
  if (settings.password !== undefined || before?.password === undefined) return settings;
  if (sameDoor(settings, before)) return { ...settings, password: before.password };
  throw new PlatformError(CODE, 'access_password is missing: the stored one is not sent to another broker or user', {
    hint: 'Give the password again with a new connect_address, access_user, vhost or ssl_enable.',
  });
}

/** Without the password. */
export function rabbitmqData(settings: RabbitmqSettings): TriggerFields<'RABBITMQ'> {
  return {
    name: settings.name,
    instance_id: settings.instanceId,
    connect_address: settings.addresses,
    access_user: settings.user,
    vhost: settings.vhost,
    exchange_name: settings.exchange,
    ssl_enable: settings.tls,
    batch_size: settings.batchSize,
  };
}

/** Throws `invalid_rabbitmq_trigger`. */
export function checkRabbitmq(settings: RabbitmqSettings): void {
  const { user, password, vhost, exchange, batchSize } = settings;
  brokersOf(settings);
  for (const [field, text] of Object.entries({ access_user: user, exchange_name: exchange })) {
    if (text === '') throw new PlatformError(CODE, `${field} is missing`);
  }
  if (password === undefined) throw new PlatformError(CODE, 'access_password is missing');
  for (const [field, text] of Object.entries({ access_user: user, vhost, exchange_name: exchange })) {
    if (Buffer.byteLength(text) > MAX_SHORT_BYTES)
      throw new PlatformError(CODE, `${field} has more than ${MAX_SHORT_BYTES} bytes`);
  }
  if (batchSize < 1 || batchSize > MAX_BATCH)
    throw new PlatformError(CODE, `batch_size is ${batchSize}, not 1 to ${MAX_BATCH}`);
}

/** Throws `invalid_rabbitmq_trigger`. */
export function brokersOf({ addresses, tls }: Pick<RabbitmqSettings, 'addresses' | 'tls'>): readonly BrokerAddress[] {
  const brokers = parseBrokers(addresses, tls ? TLS_PORT : PORT);
  if (typeof brokers !== 'string') return brokers;
  throw new PlatformError(CODE, `connect_address ${brokers}`, { hint: 'For example broker.example:5672.' });
}

/** Whether a password goes to the same place and in the same way. */
function sameDoor(one: RabbitmqSettings, other: RabbitmqSettings): boolean {
  return (
    one.addresses === other.addresses && one.user === other.user && one.vhost === other.vhost && (one.tls || !other.tls)
  );
}
