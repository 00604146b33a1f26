import { handlerFits, type RuntimeRules } from '../../domain/runtime-rules.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from './types.ts';

/** Entry points that the platform calls between requests. */
export interface Hooks {
  readonly heartbeat: string | undefined;
  readonly preStop: { readonly handler: string; readonly timeoutSeconds: number } | undefined;
}

const NONE: Hooks = { heartbeat: undefined, preStop: undefined };

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Checks the hooks among the stored fields of a version. Clients send empty text and 0 for "not set". Throws
 * `invalid_request`, also for Java-only hooks on a function of another runtime.
 */
export function checkHooks(stored: Kept, rules: RuntimeRules): void {
  const [heartbeat, preStop] = [text(stored.heartbeat_handler), text(stored.pre_stop_handler)];
  if (rules.language !== 'java') {
    if (heartbeat !== '') throw onlyJava('heartbeat_handler');
    if (stored.enable_class_isolation === true) throw onlyJava('enable_class_isolation');
    return;
  }
  for (const [field, value] of [
    ['heartbeat_handler', heartbeat],
    ['pre_stop_handler', preStop],
  ]) {
    if (value !== '' && !handlerFits(rules, value ?? ''))
      throw new PlatformError('invalid_request', `${field} must have the form ${rules.handlerForm}`);
  }
  if (preStop !== '' && (stored.pre_stop_timeout ?? 0) === 0) {
    throw new PlatformError('invalid_request', 'pre_stop_timeout must be given with pre_stop_handler', {
      hint: 'From 1 to 90 seconds.',
    });
  }
}

/** The hooks of a version whose stored fields were checked. */
export function hooksOf(stored: Kept, runtime: string): Hooks {
  if (!runtime.startsWith('Java')) return NONE;
  const [heartbeat, handler] = [text(stored.heartbeat_handler), text(stored.pre_stop_handler)];
  return {
    heartbeat: heartbeat === '' ? undefined : heartbeat,
    preStop: handler === '' ? undefined : { handler, timeoutSeconds: Number(stored.pre_stop_timeout) },
  };
}

function onlyJava(field: string): PlatformError {
  return new PlatformError('invalid_request', `${field} is for Java functions`, { hint: `Leave ${field} out.` });
}
