import { DESTINATION_KINDS } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { DestinationRules } from './destination-rules.ts';
import type { Destination } from './types.ts';

const MAX_PARAM_CHARS = 4096;
const MAX_NAME_CHARS = 2048;

/** Reads a destination from a request or from storage. Throws `invalid_request`; `field` is named in the message. */
export function readDestination<K extends DestinationRules>(
  { destination, param }: Destination,
  kinds: readonly K[],
  field: string,
): { readonly kind: K; readonly target: ReturnType<K['target']> } {
  const kind = kinds.find(({ code }) => code === destination);
  if (kind === undefined)
    throw refuse(`${field}.destination must be one of ${kinds.map(({ code }) => code).join(', ')}`);
  if (param.length > MAX_PARAM_CHARS) throw refuse(`${field}.param is longer than ${MAX_PARAM_CHARS} characters`);
  const fields = objectIn(param, field);
  const receiver = receiverIn(fields, DESTINATION_KINDS[kind.code].param, field);
  return { kind, target: kind.target(receiver, field, fields) as ReturnType<K['target']> };
}

function receiverIn(fields: Readonly<Record<string, unknown>>, key: string, field: string): string {
  const name = fields[key];
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

function refuse(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_request', message, { hint });
}
