import { handlerFits, type Language } from '@funcgraph/runtimes';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkRange } from '../checks.ts';
import type { HookSettings } from './types.ts';

/** Entry points that the platform calls between requests. */
export interface Hooks {
  readonly heartbeat: string | undefined;
  readonly preStop: { readonly handler: string; readonly timeoutSeconds: number } | undefined;
}

const NONE: Hooks = { heartbeat: undefined, preStop: undefined };

/** Throws `invalid_request`, also for Java-only hooks on a function of another runtime. */
export function checkHooks(hooks: HookSettings, language: Language): void {
  const { heartbeatHandler = '', preStopHandler = '', preStopTimeoutSeconds = 0, classIsolation } = hooks;
  checkRange('pre_stop_timeout', preStopTimeoutSeconds, { min: 0, max: 90, unit: 'seconds' });
  if (language.id !== 'java') {
    if (heartbeatHandler !== '') throw onlyJava('heartbeat_handler');
    if (classIsolation === true) throw onlyJava('enable_class_isolation');
    return;
  }
  for (const [field, value] of [
    ['heartbeat_handler', heartbeatHandler],
    ['pre_stop_handler', preStopHandler],
  ] as const) {
    if (value !== '' && !handlerFits(language, value))
      throw new PlatformError('invalid_request', `${field} must have the form ${language.handlers.form}`);
  }
  if (preStopHandler !== '' && preStopTimeoutSeconds === 0) {
    throw new PlatformError('invalid_request', 'pre_stop_timeout must be given with pre_stop_handler', {
      hint: 'From 1 to 90 seconds.',
    });
  }
}

/** The hooks of a version whose settings were checked. */
export function hooksOf(hooks: HookSettings, runtime: string): Hooks {
  if (!runtime.startsWith('Java')) return NONE;
  const { heartbeatHandler, preStopHandler, preStopTimeoutSeconds = 0 } = hooks;
  return {
    heartbeat: heartbeatHandler || undefined,
    preStop: preStopHandler ? { handler: preStopHandler, timeoutSeconds: preStopTimeoutSeconds } : undefined,
  };
}

function onlyJava(field: string): PlatformError {
  return new PlatformError('invalid_request', `${field} is for Java functions`, { hint: `Leave ${field} out.` });
}
