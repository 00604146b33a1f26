import { PlatformError } from '../../lib/platform-error.ts';
import type { DeliveryResult } from './destination-kind.ts';

/** A function without capacity may have some later; other refusals are permanent. */
export function refusal(error: unknown): DeliveryResult {
  if (!(error instanceof PlatformError) || error.spec.audience !== 'user') throw error;
  const { code, message } = error;
  return code === 'overloaded' || code === 'backlog_full'
    ? { kind: 'failed', message }
    : { kind: 'undeliverable', reason: 'refused', message };
}
