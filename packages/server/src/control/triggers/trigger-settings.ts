import type { ErrorCode } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkApi } from './api-settings.ts';
import { checkedTimer } from './timer-settings.ts';
import type { NewTriggerSettings, TriggerKind, TriggerSettings } from './types.ts';

const NAME = /^\p{L}[\p{L}\p{N}_-]{0,63}$/u;

/** The errors of each kind: for settings that it refuses, and for a second trigger of the same name. */
export const TRIGGER_ERRORS: Readonly<
  Record<TriggerKind, { readonly invalid: ErrorCode; readonly exists: ErrorCode }>
> = {
  TIMER: { invalid: 'invalid_timer_trigger', exists: 'timer_trigger_exists' },
  APIG: { invalid: 'invalid_apig_trigger', exists: 'apig_trigger_exists' },
  DEDICATEDGATEWAY: { invalid: 'invalid_apig_trigger', exists: 'apig_trigger_exists' },
};

/** Checks what does not depend on other triggers. Throws the error of the kind. */
export function checkedSettings(settings: NewTriggerSettings): TriggerSettings {
  const { kind, name } = settings;
  if (!NAME.test(name)) {
    const message = name === '' ? 'name is missing' : 'name is not a name for a trigger';
    throw new PlatformError(TRIGGER_ERRORS[kind].invalid, message, {
      hint: '1 to 64 letters, digits, _ and -; starts with a letter.',
    });
  }
  if (settings.kind === 'TIMER') return checkedTimer(settings);
  checkApi(settings);
  return settings;
}
