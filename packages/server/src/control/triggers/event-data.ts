import { type ErrorCode, TRIGGER_TYPES } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import { apiEventData, apiFields, readApi } from './api-settings.ts';
import { readTimer, timerEventData, timerFields } from './timer-settings.ts';
import type { TriggerKind, TriggerSettings } from './types.ts';

interface Kind {
  /** Names of the settings. */
  readonly fields: readonly string[];
  readonly invalid: ErrorCode;
  readonly exists: ErrorCode;
  read(fields: WireFields): TriggerSettings;
}

/** The kinds of triggers that exist here. */
const api = (kind: 'APIG' | 'DEDICATEDGATEWAY'): Kind => ({
  fields: apiFields,
  invalid: 'invalid_apig_trigger',
  exists: 'apig_trigger_exists',
  read: (fields) => readApi(fields, kind),
});
const KINDS: Readonly<Record<TriggerKind, Kind>> = {
  TIMER: { fields: timerFields, invalid: 'invalid_timer_trigger', exists: 'timer_trigger_exists', read: readTimer },
  APIG: api('APIG'),
  DEDICATEDGATEWAY: api('DEDICATEDGATEWAY'),
};
/** Fields of answers only; clients send them back. */
const READ_ONLY = ['triggerid', 'api_id', 'api_name', 'invoke_url', 'roma_app_id', 'created_time', 'status'];

/** Throws `invalid_trigger_type`, and `not_supported_here` for kinds whose event sources are not here. */
export function triggerKind(code: string): TriggerKind {
  if (Object.hasOwn(KINDS, code)) return code as TriggerKind;
  const kinds = Object.keys(KINDS).join(', ');
  if ((TRIGGER_TYPES as readonly string[]).includes(code)) {
    throw new PlatformError(
      'not_supported_here',
      `triggers of type ${code} do not exist here: their event source is missing`,
      {
        hint: `Types that work: ${kinds}. Other sources can call invokeFunction or asyncInvokeFunction, or a function URL.`,
      },
    );
  }
  throw new PlatformError('invalid_trigger_type', `${JSON.stringify(code.slice(0, 40))} is not a type of trigger`, {
    hint: `Types that work: ${kinds}.`,
  });
}

/** Reads the settings of a kind. Throws for an invalid setting and for one that the kind does not have. */
export function readEventData(kind: TriggerKind, data: Kept): TriggerSettings {
  const { fields, invalid, read } = KINDS[kind];
  const given = Object.entries(data).filter(([, value]) => value !== undefined && value !== null);
  const foreign = given.find(([name]) => !fields.includes(name) && !READ_ONLY.includes(name));
  if (foreign !== undefined) {
    throw new PlatformError(
      invalid,
      `${JSON.stringify(foreign[0].slice(0, 60))} is not a setting of ${kind} triggers`,
      {
        hint: `They have ${fields.join(', ')}.`,
      },
    );
  }
  return read(new WireFields(Object.fromEntries(given)));
}

/** The input of `readEventData`: the form of the API, without the fields of answers only. */
export function eventData(settings: TriggerSettings): Kept {
  return settings.kind === 'TIMER' ? timerEventData(settings) : apiEventData(settings);
}

/** The settings with some of them changed; fields inside `func_info` are changed one by one too. */
export function changedEventData(settings: TriggerSettings, change: Kept): TriggerSettings {
  const before = eventData(settings);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined && value !== null));
  const info = { ...(before.func_info as Kept | undefined), ...(given.func_info as Kept | undefined) };
  const merged = { ...before, ...given, ...(Object.keys(info).length === 0 ? {} : { func_info: info }) };
  return readEventData(settings.kind, merged);
}

/** The error for a second trigger of the same name. */
export function existsCode(kind: TriggerKind): ErrorCode {
  return KINDS[kind].exists;
}

export function invalidCode(kind: TriggerKind): ErrorCode {
  return KINDS[kind].invalid;
}
