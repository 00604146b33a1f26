const DAY_MS = 24 * 60 * 60 * 1000;

/** Pure: what was last changed before this time has expired: its first midnight (UTC) so many days later has passed. */
export function expiredBefore(days: number, now: number): number {
  return Math.floor(now / DAY_MS) * DAY_MS - days * DAY_MS;
}
