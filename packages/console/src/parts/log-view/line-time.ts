const MINUTE_MS = 60_000;

/** Month, day and time with milliseconds: `11-27 19:20:00.123`. */
export function lineTime(ms: number, isUtc: boolean): string {
  const local = new Date(ms).getTimezoneOffset() * MINUTE_MS;
  return new Date(isUtc ? ms : ms - local).toISOString().slice(5, 23).replace('T', ' ');
}
