/** Days are UTC, written `YYYY-MM-DD`; as text they sort by time. */
export type Day = string;

export const dayMs = 86_400_000;

export function dayOf(time: number): Day {
  return new Date(time).toISOString().slice(0, 10);
}

/** The first of `retainDays` days, the last of which contains `now`. */
export function oldestDay(now: number, retainDays: number): Day {
  return dayOf(now - (retainDays - 1) * dayMs);
}
