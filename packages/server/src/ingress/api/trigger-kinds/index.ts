import { TRIGGER_KINDS, TRIGGER_TYPES } from '@funcgraph/api';
import {
  type NewTriggerSettings,
  TRIGGER_ERRORS,
  type Trigger,
  type TriggerKind,
  type TriggerSettings,
} from '../../../control/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { EventData } from './event-data.ts';
import { gatewayData, readGateway } from './gateway.ts';
import { readTimer, timerData } from './timer.ts';

/** Fields of answers only; clients send them back. */
const READ_ONLY = ['triggerid', 'api_id', 'api_name', 'invoke_url', 'roma_app_id', 'created_time', 'status'];

/** Throws `invalid_trigger_type`, and `not_supported_here` for kinds whose event sources are not here. */
export function triggerKind(code: string): TriggerKind {
  if (Object.hasOwn(TRIGGER_KINDS, code)) return code as TriggerKind;
  const kinds = Object.keys(TRIGGER_KINDS).join(', ');
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

type Target = Pick<Trigger, 'fn' | 'qualifier'>;

const READERS: Readonly<Record<TriggerKind, (data: EventData, of: Target) => NewTriggerSettings>> = {
  TIMER: readTimer,
  APIG: readGateway('APIG'),
  DEDICATEDGATEWAY: readGateway('DEDICATEDGATEWAY'),
};

/**
 * Reads the settings of a kind for the function and version of the path. Throws for an invalid setting and for one that
 * the kind does not have.
 */
export function readSettings(kind: TriggerKind, data: EventData, of: Target): NewTriggerSettings {
  refuseForeign(kind, data);
  return READERS[kind](data, of);
}

/** The settings with some of them changed; fields inside `func_info` are changed one by one too. Throws like `readSettings`. */
export function changedSettings(before: Trigger, change: EventData): NewTriggerSettings {
  const present: EventData = settingsData(before.settings);
  const info = { ...present.func_info, ...given(change.func_info) };
  const merged = { ...present, ...given(change), ...(Object.keys(info).length === 0 ? {} : { func_info: info }) };
  return readSettings(before.settings.kind, merged, before);
}

/** The settings in the form of the API. */
export function settingsData(settings: TriggerSettings) {
  return settings.kind === 'TIMER' ? timerData(settings) : gatewayData(settings);
}

function refuseForeign(kind: TriggerKind, data: EventData): void {
  const fields = Object.keys(TRIGGER_KINDS[kind]);
  const foreign = Object.keys(given(data)).find((name) => !fields.includes(name) && !READ_ONLY.includes(name));
  if (foreign === undefined) return;
  const message = `${JSON.stringify(foreign.slice(0, 60))} is not a setting of ${kind} triggers`;
  throw new PlatformError(TRIGGER_ERRORS[kind].invalid, message, { hint: `They have ${fields.join(', ')}.` });
}

/** Null is left of fields that no kind has. */
function given<T extends object>(data: T | undefined): Partial<T> {
  const entries = Object.entries(data ?? {}).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries) as Partial<T>;
}
