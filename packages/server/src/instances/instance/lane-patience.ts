/** The first request of a lane may run so long before the others are given to other instances. */
export const SLOW_MS = 5;
const LONGEST_MS = 200;
/** The work of others on a crowded machine delays a runtime as often as this server. */
const TIMES_LATE = 4;

/**
 * How long the first request of a lane may run now. A server that looks so late is busy itself, or has to wait for a
 * processor, and so does the runtime: other instances would be no faster, and would compete with this one.
 */
export function slowAfterMs(lateMs: number): number {
  return Math.min(LONGEST_MS, Math.max(SLOW_MS, TIMES_LATE * lateMs));
}
