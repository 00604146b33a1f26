import { type Cron, nextAt } from './cron.ts';

/** A place whose clocks may be put forward and back. */
export interface TimeZone {
  readonly name: string;
  /** Offset of the zone's clocks from UTC at a moment, in ms. */
  offsetAt(at: number): number;
}

const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;
const SHORTEST_STEP_MS = 1000;

/** Zones by their IANA names. Undefined for an unknown name. */
export function timeZone(name: string): TimeZone | undefined {
  if (!NAME.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return {
    name,
    offsetAt(at) {
      const second = Math.floor(at / 1000) * 1000;
      const shown: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(second)) shown[type] = Number(value);
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = shown;
      return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
    },
  };
}

/**
 * The first time strictly after `after` at which the clocks of a zone match the expression, ms since the epoch;
 * undefined without a match within 40 years. A time that the clocks skip comes as much later as they were put forward.
 * Of times that they show twice, the first counts; only an expression for every hour counts both.
 */
export function nextAtIn(zone: TimeZone, cron: Cron, after: number): number | undefined {
  const offset = zone.offsetAt(after);
  const shown = nextAt(cron, after + offset);
  if (shown === undefined) return undefined;
  const at = shown - offset;
  const later = zone.offsetAt(at);
  if (later === offset) return at;
  if (later < offset && cron.hours.length === 24) {
    const from = changeBetween(zone, after, at);
    return (nextAt(cron, from + later - 1) ?? shown) - later;
  }
  const moved = shown - later;
  return zone.offsetAt(moved) === later ? moved : at;
}

/** The first second at which the clocks show the same time as at `to`; they changed once in between. */
function changeBetween(zone: TimeZone, from: number, to: number): number {
  const target = zone.offsetAt(to);
  let [low, high] = [Math.floor(from / 1000) * 1000, Math.ceil(to / 1000) * 1000];
  while (high - low > SHORTEST_STEP_MS) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (zone.offsetAt(middle) === target) high = middle;
    else low = middle;
  }
  return high;
}
