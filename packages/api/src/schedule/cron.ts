/** A parsed cron expression; made by `parseCron`, used by `nextAt` and `lastAt`. All in UTC. */
export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** Both day of month and weekday are restricted: then either match is enough. */
  readonly eitherDay: boolean;
}

/** Text that is no cron expression; the message names the field. */
export class CronError extends Error {
  /** What is wrong with which field; undefined when the number of fields is wrong. */
  readonly part: WrongPart | undefined;

  constructor(message: string, part?: WrongPart) {
    super(message);
    this.part = part;
  }
}

export type CronFieldName = 'second' | 'minute' | 'hour' | 'day of month' | 'month' | 'weekday';

interface WrongPart {
  readonly field: CronFieldName;
  readonly text: string;
  readonly min: number;
  readonly max: number;
}

interface Field {
  readonly name: CronFieldName;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  /** `?` may stand for "any". */
  readonly question?: true;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const SECOND: Field = { name: 'second', min: 0, max: 59 };
const MINUTE: Field = { name: 'minute', min: 0, max: 59 };
const HOUR: Field = { name: 'hour', min: 0, max: 23 };
const DAY: Field = { name: 'day of month', min: 1, max: 31, question: true };
const MONTH: Field = { name: 'month', min: 1, max: 12, names: MONTHS };
const WEEKDAY: Field = { name: 'weekday', min: 0, max: 6, names: WEEKDAYS, question: true };

const MAX_CHARS = 256;
const DAY_MS = 86_400_000;
/** 29 February falls on a given weekday within 40 years, also across a year that is no leap year. */
const MOST_DAYS = 41 * 366;

/**
 * `second minute hour day month [weekday]`: numbers, `*`, lists, ranges, steps (`n/m` is "from n, then every m"), names of
 * months and weekdays in any case, `?` for any day. Throws `CronError`.
 */
export function parseCron(text: string): Cron {
  const parts = text.length > MAX_CHARS ? [] : text.trim().split(/[ \t]+/);
  if (parts.length !== 5 && parts.length !== 6) {
    throw new CronError('a cron expression has 5 or 6 fields: second minute hour day month [weekday]');
  }
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = '*'] = parts;
  return {
    seconds: parseField(second, SECOND),
    minutes: parseField(minute, MINUTE),
    hours: parseField(hour, HOUR),
    days: parseField(day, DAY),
    months: parseField(month, MONTH),
    weekdays: parseField(weekday, WEEKDAY),
    eitherDay: !/^[*?]/.test(day) && !/^[*?]/.test(weekday),
  };
}

/** The first time strictly after `after`, ms since the epoch; undefined when there is none within 40 years. */
export function nextAt(cron: Cron, after: number): number | undefined {
  const from = Math.floor(after / 1000) * 1000 + 1000;
  const today = Math.floor(from / DAY_MS) * DAY_MS;
  for (let n = 0; n < MOST_DAYS; n += 1) {
    const day = today + n * DAY_MS;
    if (!isDayOf(cron, day)) continue;
    const second = firstSecond(cron, n === 0 ? (from - today) / 1000 : 0);
    if (second !== undefined) return day + second * 1000;
  }
  return undefined;
}

/** The last time at or before `at` and not before `notBefore`; both ms since the epoch. */
export function lastAt(cron: Cron, at: number, notBefore: number): number | undefined {
  const to = Math.floor(at / 1000) * 1000;
  const today = Math.floor(to / DAY_MS) * DAY_MS;
  for (let n = 0; n < MOST_DAYS; n += 1) {
    const day = today - n * DAY_MS;
    if (day + DAY_MS <= notBefore) return undefined;
    if (!isDayOf(cron, day)) continue;
    const second = lastSecond(cron, n === 0 ? (to - today) / 1000 : 86_399);
    if (second === undefined) continue;
    return day + second * 1000 >= notBefore ? day + second * 1000 : undefined;
  }
  return undefined;
}

function isDayOf(cron: Cron, day: number): boolean {
  const date = new Date(day);
  if (!cron.months.includes(date.getUTCMonth() + 1)) return false;
  const [isDay, isWeekday] = [cron.days.includes(date.getUTCDate()), cron.weekdays.includes(date.getUTCDay())];
  return cron.eitherDay ? isDay || isWeekday : isDay && isWeekday;
}

/** Seconds since midnight of the first time of the day that is not before `from`. */
function firstSecond({ hours, minutes, seconds }: Cron, from: number): number | undefined {
  for (const hour of hours) {
    for (const minute of minutes) {
      const start = hour * 3600 + minute * 60;
      if (start + 59 < from) continue;
      const second = seconds.find((s) => start + s >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}

function lastSecond({ hours, minutes, seconds }: Cron, to: number): number | undefined {
  for (const hour of hours.toReversed()) {
    for (const minute of minutes.toReversed()) {
      const start = hour * 3600 + minute * 60;
      if (start > to) continue;
      const second = seconds.findLast((s) => start + s <= to);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}

function parseField(text: string, field: Field): number[] {
  const values = new Set<number>();
  for (const part of text.split(',')) for (const value of parsePart(part, field)) values.add(value);
  return [...values].sort((a, b) => a - b);
}

function parsePart(part: string, field: Field): number[] {
  const [, range = '', step] = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(part) ?? [];
  const every = step === undefined ? 1 : Number(step);
  if (range === '' || every === 0) throw wrong(part, field);
  const { min, max } = field;
  let [from, to] = [min, max];
  if (range === '?' && field.question && step === undefined) return sequence(from, to, 1);
  if (range !== '*') {
    const [first = '', last, more] = range.split('-');
    if (more !== undefined) throw wrong(part, field);
    from = parseValue(first, part, field);
    to = last === undefined ? (step === undefined ? from : max) : parseValue(last, part, field);
    if (to < from) throw wrong(part, field);
  }
  return sequence(from, to, every);
}

function parseValue(text: string, part: string, field: Field): number {
  const { min, max, names } = field;
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  const value = named >= 0 ? named + min : /^[0-9]{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw wrong(part, field);
  return value;
}

function sequence(from: number, to: number, every: number): number[] {
  const values: number[] = [];
  for (let value = from; value <= to; value += every) values.push(value);
  return values;
}

function wrong(part: string, { name, min, max }: Field): CronError {
  const text = part.slice(0, 40);
  const message = `${JSON.stringify(text)} is not a ${name} (${min} to ${max}) of a cron expression`;
  return new CronError(message, { field: name, text, min, max });
}
