import { type FunctionUrn, parseUrn } from '@funcgraph/api';
import { InternalAddressError, lookupFor } from '../../lib/outgoing-address.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Destination } from './types.ts';

/** A parsed destination. Nothing is delivered to a `service` of the cloud: it does not exist here. */
export type DestinationTarget =
  | { readonly kind: 'function'; readonly urn: FunctionUrn }
  | { readonly kind: 'webhook'; readonly url: URL }
  | { readonly kind: 'service'; readonly service: 'OBS' | 'SMN' | 'DIS'; readonly name: string };

interface Kind {
  /** The parameter that names the receiver. */
  readonly param: string;
  target(name: string, field: string): DestinationTarget;
}

const service = (name: 'OBS' | 'SMN' | 'DIS', param: string): Kind => ({
  param,
  target: (receiver) => ({ kind: 'service', service: name, name: receiver }),
});

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['FunctionGraph', { param: 'func_urn', target: functionTarget }],
  ['HTTP', { param: 'url', target: (url, field) => ({ kind: 'webhook', url: parseWebhook(url, field) }) }],
  ['OBS', service('OBS', 'bucket')],
  ['SMN', service('SMN', 'topic_urn')],
  ['DIS', service('DIS', 'stream_name')],
]);
const MAX_PARAM_CHARS = 4096;
const MAX_NAME_CHARS = 2048;

/** Reads a destination from a request or from storage. Throws `invalid_request`; `field` is named in the message. */
export function parseDestination({ destination, param }: Destination, field: string): DestinationTarget {
  const kind = KINDS.get(destination);
  if (kind === undefined) throw refuse(`${field}.destination must be one of ${[...KINDS.keys()].join(', ')}`);
  return kind.target(readName(param, kind.param, field), field);
}

function functionTarget(text: string, field: string): DestinationTarget {
  const urn = parseUrn(text);
  if (urn !== undefined) return { kind: 'function', urn };
  throw refuse(`${field}.param: func_urn ${JSON.stringify(text.slice(0, 200))} is not a function URN`);
}

/**
 * Throws `invalid_request` for a numeric address of the own network that is not an allowed host; names are checked at
 * delivery.
 */
export function checkWebhook(url: URL, allowed: ReadonlySet<string>, field: string): void {
  try {
    lookupFor(url, allowed);
  } catch (error) {
    if (!(error instanceof InternalAddressError)) throw error;
    throw refuse(
      `${field}.param: ${error.message}`,
      `The operator can allow it: start the server with FGS_WEBHOOK_HOSTS=${url.host}`,
    );
  }
}

function readName(param: string, key: string, field: string): string {
  if (param.length > MAX_PARAM_CHARS) throw refuse(`${field}.param is longer than ${MAX_PARAM_CHARS} characters`);
  const name = objectIn(param, field)[key];
  if (typeof name === 'string' && name !== '' && name.length <= MAX_NAME_CHARS) return name;
  throw refuse(`${field}.param must have a ${key}, a text of 1 to ${MAX_NAME_CHARS} characters`);
}

function objectIn(text: string, field: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refuse(`${field}.param must be the text of a JSON object`, 'For example {"func_urn":"urn:fss:..."}.');
}

function parseWebhook(text: string, field: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw refuse(`${field}.param: url is not an http or https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse(
      `${field}.param: the address must not carry a password`,
      'Put a secret into the path or the query of the address.',
    );
  }
  return url;
}

function refuse(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_request', message, { hint });
}
