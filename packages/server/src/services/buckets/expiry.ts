const DAY_MS = 24 * 60 * 60 * 1000;

/** When an object ends that was written with a number of days. */
export function endOf(days: number, modifiedAt: number): number {
  return modifiedAt + days * DAY_MS;
}

/** Pure: what was last changed before this time has expired: its first midnight (UTC) so many days later has passed. */
export function expiredBefore(days: number, now: number): number {
  return Math.floor(now / DAY_MS) * DAY_MS - days * DAY_MS;
}
