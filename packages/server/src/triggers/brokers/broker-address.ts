import type { LookupFunction } from 'node:net';
import type { ErrorCode } from '@funcgraph/api';
import { type AllowedHosts, InternalAddressError, lookupFor } from '../../lib/outgoing-address.ts';
import { PlatformError } from '../../lib/platform-error.ts';

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Of one trigger. */
export const MAX_BROKERS = 16;
const MAX_PORT = 65_535;
const HOST = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?))(?::(\d{1,5}))?$/;

/** Addresses as `host:port,host`; a text says what is wrong. */
export function parseBrokers(text: string, usualPort: number): readonly BrokerAddress[] | string {
  const items = text.split(',').map((item) => item.trim());
  if (text.trim() === '') return 'is missing';
  if (items.length > MAX_BROKERS) return `has more than ${MAX_BROKERS} addresses`;
  const brokers: BrokerAddress[] = [];
  for (const item of items) {
    // such an address may have a password, which no message repeats
    if (item.includes('@')) return 'has a user or a password in an address: they have fields of their own';
    const [, bracketed, plain, digits] = HOST.exec(item) ?? [];
    const host = bracketed ?? plain;
    const port = Number(digits ?? usualPort);
    if (host === undefined || port === 0 || port > MAX_PORT)
      return `has ${JSON.stringify(item.slice(0, 100))}, which is not an address such as broker.example:${usualPort}`;
    brokers.push({ host, port });
  }
  return brokers;
}

/** Of a connection to a broker; see `lookupFor`, which throws `InternalAddressError`. */
export function brokerLookup({ host, port }: BrokerAddress, allowed: AllowedHosts): LookupFunction {
  return lookupFor(new URL(`amqp://${host.includes(':') ? `[${host}]` : host}:${port}`), allowed);
}

/** Refuses brokers at numeric addresses that are internal and not allowed; names are checked at the connection. */
export function checkBrokers(
  brokers: readonly BrokerAddress[],
  allowed: AllowedHosts,
  { field, code }: { readonly field: string; readonly code: ErrorCode },
): void {
  for (const broker of brokers) {
    try {
      brokerLookup(broker, allowed);
    } catch (error) {
      if (!(error instanceof InternalAddressError)) throw error;
      const { host, port } = broker;
      throw new PlatformError(code, `${field}: ${error.message}`, {
        hint: `The operator can allow it: start the server with FGS_BROKER_HOSTS=${host}:${port}`,
      });
    }
  }
}
