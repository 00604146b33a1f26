import { TelemetryError } from './errors.ts';

/** The year 10000: later days do not sort as text. */
export const MAX_TIME = 253_402_300_800_000;

export function isTime(time: number): boolean {
  return time >= 0 && time < MAX_TIME;
}

/** Throws `telemetry.query` for an invalid `from`, `to` or `limit`. */
export function checkRange(query: { from: number; to: number; limit: number }, maxLimit: number): void {
  const { from, to, limit } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
    throw new TelemetryError('telemetry.query', `the limit is ${limit}`, `Use 1 to ${maxLimit}.`);
  }
  if (Number.isNaN(from) || Number.isNaN(to) || from >= to) {
    throw new TelemetryError('telemetry.query', 'the time range is empty', 'Pass milliseconds with from before to.');
  }
}

/** The same query with times within years of four digits. */
export function within<Query extends { from: number; to: number }>(query: Query): Query {
  const from = Math.min(Math.max(Math.ceil(query.from), 0), MAX_TIME - 1);
  return { ...query, from, to: Math.min(Math.max(Math.ceil(query.to), from + 1), MAX_TIME) };
}
