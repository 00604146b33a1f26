import { MAX_DEPTH } from '../domain/call-depth.ts';
import { PlatformError } from '../lib/platform-error.ts';

/** Throws `chain_too_long` for a call by the last function that a chain may have. */
export function checkDepth(depth: number | undefined): void {
  if (depth === undefined || depth <= MAX_DEPTH) return;
  throw new PlatformError('chain_too_long', `${MAX_DEPTH} functions have called each other one after another.`, {
    hint: 'A function that calls itself, or is triggered by what it writes, never ends. Let it call the next one only while there is work.',
  });
}
