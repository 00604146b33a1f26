import { PlatformError } from '../lib/platform-error.ts';

/**
 * `unavailable`: the sandbox agent was lost, the database is unreachable, or the server stops. `artifacts_unavailable`: the
 * code that servers share cannot be fetched now.
 */
const PASSING: ReadonlySet<string> = new Set([
  'overloaded',
  'unavailable',
  'no_disk_room',
  'artifacts_unavailable',
  'share_lost',
]);

/** Whether the platform could not begin an invocation, for a reason that passes: it may be tried again at any time. */
export function didNotRun(error: unknown): boolean {
  return error instanceof PlatformError && PASSING.has(error.code);
}
