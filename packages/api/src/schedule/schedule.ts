import { type Cron, CronError, nextAt, parseCron } from './cron.ts';
import { nextAtIn, type TimeZone, timeZone } from './time-zone.ts';

/** The times of a repeated event. */
export type Schedule =
  | { readonly kind: 'every'; readonly periodMs: number }
  /** Without a zone in UTC. */
  | { readonly kind: 'cron'; readonly cron: Cron; readonly zone: TimeZone | undefined };

/** What keeps a text from being a schedule. */
export type ScheduleFault =
  | { readonly kind: 'rate' | 'range' | 'zone' | 'never' | 'fields' | 'every' | 'everyRange' }
  | ({ readonly kind: 'field' } & NonNullable<CronError['part']>);

/** Text that is not a schedule; the message gives the reason. */
export class ScheduleError extends Error {
  readonly fault: ScheduleFault;

  constructor(message: string, fault: ScheduleFault, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

const [SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS] = [1000, 60_000, 3_600_000, 86_400_000];
const RATES: Readonly<Record<string, { readonly ms: number; readonly most: number; readonly name: string }>> = {
  m: { ms: MINUTE_MS, most: 60, name: 'minutes' },
  h: { ms: HOUR_MS, most: 24, name: 'hours' },
  d: { ms: DAY_MS, most: 30, name: 'days' },
};
const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  // the micro sign and the Greek letter look alike
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
};
const DURATION = /^(?:\d{1,15}(?:\.\d{1,15})?(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g;
const SHORTEST_MS = SECOND_MS;
const LONGEST_MS = 366 * DAY_MS;

/** A fixed rate: a whole number with `m` (1 to 60), `h` (1 to 24) or `d` (1 to 30). Throws `ScheduleError`. */
export function parseRate(text: string): Schedule {
  const [, digits = '', letter = ''] = /^(\d{1,9})([mhd])$/.exec(text) ?? [];
  const unit = RATES[letter];
  if (unit === undefined)
    throw new ScheduleError('a rate is a whole number and m, h or d, for example 15m', { kind: 'rate' });
  const count = Number(digits);
  if (count < 1 || count > unit.most) {
    throw new ScheduleError(`a rate in ${unit.name} is from 1${letter} to ${unit.most}${letter}`, { kind: 'range' });
  }
  return { kind: 'every', periodMs: count * unit.ms };
}

/**
 * `second minute hour day month [weekday]`, in UTC or after `CRON_TZ=<zone>` in another zone; or `@every` with a length
 * of time such as `90s` or `2h30m`, from one second to 366 days. Throws `ScheduleError`, also for an expression that
 * never matches.
 */
export function parseCronSchedule(text: string): Schedule {
  const trimmed = text.trim();
  if (trimmed.startsWith('@')) return { kind: 'every', periodMs: parseEvery(trimmed) };
  const [, name, rest = trimmed] = /^CRON_TZ=(\S*)\s+(.*)$/s.exec(trimmed) ?? [];
  const zone = name === undefined ? undefined : timeZone(name);
  if (name !== undefined && zone === undefined) {
    const message = `${JSON.stringify(name.slice(0, 64))} is not the name of a time zone, as Asia/Shanghai is`;
    throw new ScheduleError(message, { kind: 'zone' });
  }
  const schedule: Schedule = { kind: 'cron', cron: cronOf(rest), zone };
  if (nextAt(schedule.cron, 0) === undefined)
    throw new ScheduleError('the cron expression names a day that does not exist', { kind: 'never' });
  return schedule;
}

/**
 * The first tick strictly after `after`; both ms since the epoch. Ticks of a rate are at whole periods from `since`, so
 * they do not drift with the time of the call.
 */
export function nextTick(schedule: Schedule, since: number, after: number): number | undefined {
  if (schedule.kind === 'every') {
    const { periodMs } = schedule;
    return since + (Math.max(0, Math.floor((after - since) / periodMs)) + 1) * periodMs;
  }
  const { cron, zone } = schedule;
  return zone === undefined ? nextAt(cron, after) : nextAtIn(zone, cron, after);
}

/** The last tick after `after` and not after `upTo`; undefined when there is none. */
export function lastTick(
  schedule: Schedule,
  since: number,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): number | undefined {
  const tickAfter = (time: number): number => nextTick(schedule, since, time) ?? Infinity;
  let found = tickAfter(after);
  if (found > upTo) return undefined;
  // Halves the time in which a later one may be.
  for (let [low, high] = [found, upTo]; low < high; ) {
    const middle = Math.floor((low + high) / 2);
    const tick = tickAfter(middle);
    if (tick > upTo) high = middle;
    else [found, low] = [tick, tick];
  }
  return found;
}

/** RFC 3339 to the second, as the clocks of the schedule show it, with their offset. */
export function tickText(schedule: Schedule, at: number): string {
  const offset = schedule.kind === 'cron' ? (schedule.zone?.offsetAt(at) ?? 0) : 0;
  const minutes = Math.round(Math.abs(offset) / MINUTE_MS);
  const two = (n: number): string => String(n).padStart(2, '0');
  const shown = new Date(at + offset).toISOString().slice(0, 19);
  return `${shown}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function cronOf(text: string): Cron {
  try {
    return parseCron(text);
  } catch (cause) {
    if (!(cause instanceof CronError)) throw cause;
    const { message, part } = cause;
    throw new ScheduleError(message, part === undefined ? { kind: 'fields' } : { kind: 'field', ...part }, { cause });
  }
}

function parseEvery(text: string): number {
  const [, duration = ''] = /^@every\s+(\S+)$/.exec(text) ?? [];
  if (!DURATION.test(duration)) {
    throw new ScheduleError(
      'after @ only every with a length of time is allowed, for example @every 30s or @every 2h30m',
      { kind: 'every' },
    );
  }
  let ms = 0;
  for (const [, digits = '', unit = ''] of duration.matchAll(PART)) ms += Number(digits) * (UNITS_MS[unit] ?? 0);
  const rounded = Math.round(ms);
  if (rounded < SHORTEST_MS || rounded > LONGEST_MS) {
    throw new ScheduleError('@every takes from 1 second (1s) to 366 days (8784h)', { kind: 'everyRange' });
  }
  return rounded;
}
