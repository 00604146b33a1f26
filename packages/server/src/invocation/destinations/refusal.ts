import { PlatformError } from '../../lib/platform-error.ts';
import type { DeliveryResult } from './destination-kind.ts';

/** Refusals that end when there is capacity or room again; others are permanent. */
const PASSING: ReadonlySet<string> = new Set([
  'overloaded',
  'backlog_full',
  'disk_full',
  'stream_throttled',
  'stream_storage_quota',
]);

/** Of a receiver on this server. Throws faults of the server. */
export function refusal(error: unknown): DeliveryResult {
  if (!(error instanceof PlatformError) || error.spec.audience !== 'user') throw error;
  const { code, message } = error;
  return PASSING.has(code) ? { kind: 'failed', message } : { kind: 'undeliverable', reason: 'refused', message };
}
