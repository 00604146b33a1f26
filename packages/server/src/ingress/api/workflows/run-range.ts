import { PlatformError } from '../../../lib/platform-error.ts';
import { parseTime } from '../time-range.ts';

const THREE_DAYS_MS = 3 * 24 * 60 * 60 * 1000;

interface AuthorizationInput {
  readonly start_time?: string | undefined;
  readonly end_time?: string | undefined;
}

/**
 * When runs began: a missing bound is three days from the other one, and without both the range is the last three days.
 * Throws `invalid_request`.
 */
export function runRange(
  { start_time, end_time }: AuthorizationInput,
  now: number,
): { readonly from: number; readonly to: number } {
  const start = start_time ? parseTime(start_time, 'start_time') : undefined;
  const end = end_time ? parseTime(end_time, 'end_time') : undefined;
  // times are whole seconds: those of the last one belong to the range
  const to = end === undefined ? (start === undefined ? now + 1 : start + THREE_DAYS_MS) : end + 1000;
  const from = start ?? (end ?? now) - THREE_DAYS_MS;
  if (from > to) throw new PlatformError('invalid_request', 'start_time is after end_time');
  return { from, to };
}
