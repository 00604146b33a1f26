import { type RouteResponse, type Routes, TRIGGER_KINDS, type TriggerTypeCode } from '@funcgraph/api';
import type { Connection, FunctionParams } from '../../connection/index.ts';
import { usageError } from '../../framework/index.ts';
import { type Argument, functionOf } from '../../operations/index.ts';

export type Trigger = RouteResponse<Routes['showFunctionTrigger']>;

/** A trigger of any version or alias of a function, by id or by name. Throws a usage error for none and for several. */
export async function findTrigger(
  connection: Connection,
  params: FunctionParams,
  text: string,
  signal: AbortSignal,
): Promise<Trigger> {
  const { data } = await connection.client.call('listFunctionTriggers', { params, signal });
  const byId = data.find((trigger) => trigger.trigger_id === text);
  const [found, second] = byId === undefined ? data.filter((trigger) => nameOf(trigger) === text) : [byId];
  if (found === undefined) {
    const names = data.map(nameOf).join(', ');
    throw usageError(
      `there is no trigger ${JSON.stringify(text)}`,
      names === '' ? 'fgs triggers create' : `there are: ${names}`,
    );
  }
  if (second === undefined) return found;
  throw usageError(
    `several triggers are called ${JSON.stringify(text)}`,
    'name it by the id that fgs triggers list shows',
  );
}

/** A trigger of the function before it. */
export const TRIGGER: Argument<'trigger', Trigger> = {
  name: 'trigger',
  summary: 'name or id of the trigger',
  find: (text, lookup) => findTrigger(lookup.connection, functionOf(lookup), text, lookup.signal),
  fields: ({ trigger_type_code, trigger_id }) => ({ trigger_type_code, trigger_id }),
};

export function nameOf({ event_data }: Trigger): string {
  return String(event_data.name ?? '');
}

/** `latest`, a version, or `!alias`. */
export function qualifierOf({ func_urn }: Trigger): string {
  return func_urn.split(':')[7] ?? 'latest';
}

/** In a few words, when or where it fires. */
export function whatOf({ trigger_type_code: code, event_data }: Trigger): string {
  // a newer server may have more kinds
  return Object.hasOwn(TRIGGER_KINDS, code) ? TRIGGER_KINDS[code as TriggerTypeCode].words(event_data) : '';
}

/** Of a trigger whose senders prove themselves; empty for others. */
export function warningLine({ warning }: Trigger): string {
  return warning === undefined ? '' : `\nwarning: ${warning}`;
}

export function secretLine({ secret }: Trigger): string {
  return secret === undefined ? '' : `\nsecret: ${secret}`;
}
