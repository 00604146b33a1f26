import { TRIGGER_TYPES } from '@funcgraph/api';
import { Type } from 'typebox';
import type { Trigger, TriggerSettings } from '../../control/index.ts';
import { bodyParser } from '../../lib/body-parser.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { TRIGGERS, type TriggerKind } from '../../triggers/index.ts';

type EventData = Readonly<Record<string, unknown>>;

/** Fields of answers only; clients send them back. */
const READ_ONLY = ['triggerid', 'api_id', 'api_name', 'invoke_url', 'roma_app_id', 'created_time', 'status'];

const KINDS = new Map(
  TRIGGERS.map((kind: TriggerKind) => [
    kind.code as string,
    { kind, parse: bodyParser(Type.Object({ event_data: kind.fields })) },
  ]),
);

/**
 * Reads the settings of a kind for the function and version of the path. Throws `invalid_trigger_type`,
 * `not_supported_here` for kinds whose event sources do not exist here, `invalid_request` for a field of another type,
 * and the error of the kind for a setting that is invalid, or that the kind does not have.
 */
export function readSettings(code: string, data: object, of: Pick<Trigger, 'fn' | 'qualifier'>): TriggerSettings {
  const { kind } = kindOf(code);
  return kind.read(ownFields(code, data), of);
}

/** The settings with some of them changed; fields inside objects are changed one by one too. Throws like `readSettings`. */
export function changedSettings(before: Trigger, change: object): TriggerSettings {
  const { kind } = kindOf(before.settings.kind);
  const merged: Record<string, unknown> = { ...kind.data(before.settings) };
  for (const [name, value] of Object.entries(ownFields(kind.code, change))) {
    merged[name] = isObject(value) ? { ...(merged[name] ?? {}), ...given(value) } : value;
  }
  return kind.read(merged, before);
}

/** The kind of a trigger that exists. */
export function kindOfTrigger({ settings }: Trigger): TriggerKind {
  return kindOf(settings.kind).kind;
}

function kindOf(code: string) {
  const found = KINDS.get(code);
  if (found !== undefined) return found;
  const kinds = [...KINDS.keys()].join(', ');
  if ((TRIGGER_TYPES as readonly string[]).includes(code)) {
    throw new PlatformError(
      'not_supported_here',
      `triggers of type ${code} do not exist here: their event source is missing`,
      {
        hint: `Types that work: ${kinds}. Sources that send CloudEvents can use an EVENT trigger, others asyncInvokeFunction or a gateway route.`,
      },
    );
  }
  throw new PlatformError('invalid_trigger_type', `${JSON.stringify(code.slice(0, 40))} is not a type of trigger`, {
    hint: `Types that work: ${kinds}.`,
  });
}

/** Decoded, without those that are not set. */
function ownFields(code: string, data: object): EventData {
  const { kind, parse } = kindOf(code);
  const names = Object.keys(kind.fields.properties);
  const fields = given((parse({ event_data: data }) as { event_data: EventData }).event_data);
  const foreign = Object.keys(fields).find((name) => !names.includes(name) && !READ_ONLY.includes(name));
  if (foreign === undefined) return fields;
  const message = `${JSON.stringify(foreign.slice(0, 60))} is not a setting of ${code} triggers`;
  throw new PlatformError(kind.errors.invalid, message, { hint: `They have ${names.join(', ')}.` });
}

/** Null is left of fields that no kind has. */
function given(data: object): EventData {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== null));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
