import type { Cron, Schedule } from '@funcgraph/api/schedule';
import type { TFunction } from '../../i18n/index.ts';
import type { Language } from '../../preferences/index.ts';

type T = TFunction<'schedule'>;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const;
/** More times of a day than that are put in words. */
const MOST_TIMES = 4;
/** A Sunday. */
const SUNDAY = Date.UTC(2023, 0, 1);
const DAY_MS = 86_400_000;

/** When a schedule ticks, in words. */
export function scheduleWords(schedule: Schedule, t: T, language: Language): string {
  return schedule.kind === 'every'
    ? t('every', { length: lengthWords(schedule.periodMs, language) })
    : cronWords(schedule.cron, t, language);
}

function lengthWords(ms: number, language: Language): string {
  let rest = ms;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0)
      parts.push(new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count));
  }
  return parts.join(' ');
}

function cronWords(cron: Cron, t: T, language: Language): string {
  const list = (values: readonly number[], name: (value: number) => string = String): string =>
    new Intl.ListFormat(language).format(
      runs(values).map(([from, to]) => (from === to ? name(from) : t('range', { from: name(from), to: name(to) }))),
    );
  const dateName = (options: Intl.DateTimeFormatOptions) => (ms: number) =>
    new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' }).format(ms);
  const weekday = (day: number): string => dateName({ weekday: 'long' })(SUNDAY + day * DAY_MS);
  const month = (number: number): string => dateName({ month: 'long' })(Date.UTC(2023, number - 1));

  const dayParts = [
    ...(cron.days.length < 31 ? [t('onDays', { days: list(cron.days) })] : []),
    ...(cron.weekdays.length < 7
      ? [t('onWeekdays', { days: list(mondayFirst(cron.weekdays), weekdayOf(weekday)) })]
      : []),
  ];
  const [first, second] = dayParts;
  const either = cron.eitherDay ? 'eitherDay' : 'bothDays';
  const day = first === undefined ? t('everyDay') : second === undefined ? first : t(either, { first, second });
  const time = timeWords(cron, t, list);
  return cron.months.length === 12
    ? t('sentence', { time, day })
    : t('sentenceInMonths', { time, day, months: list(cron.months, month) });
}

/** Sunday as 7, so that Saturday and Sunday stand together. */
const mondayFirst = (days: readonly number[]): number[] =>
  days.map((day) => (day === 0 ? 7 : day)).sort((a, b) => a - b);
const weekdayOf = (name: (day: number) => string) => (day: number) => name(day % 7);

function timeWords({ seconds, minutes, hours }: Cron, t: T, list: (values: readonly number[]) => string): string {
  if (seconds.length * minutes.length * hours.length <= MOST_TIMES) {
    const times = hours.flatMap((hour) =>
      minutes.flatMap((minute) => seconds.map((second) => clock([hour, minute, ...(second === 0 ? [] : [second])]))),
    );
    return t('atTimes', { times: times.join(t('comma')) });
  }
  const unit = (name: 'second' | 'minute' | 'hour', values: readonly number[], size: number): string => {
    const step = stepOf(values, size);
    if (step === 1) return t(`everyOne.${name}`);
    if (step !== undefined) return t(`everyUnit.${name}`, { step });
    return t(`atUnit.${name}`, { values: list(values) });
  };
  const isZero = ([only, ...more]: readonly number[]): boolean => only === 0 && more.length === 0;
  const isAll = (values: readonly number[], size: number): boolean => values.length === size;
  const words: string[] = [];
  if (!isZero(seconds)) words.push(unit('second', seconds, 60));
  if (!(isAll(minutes, 60) && words.length > 0)) words.push(unit('minute', minutes, 60));
  if (!isAll(hours, 24)) words.push(unit('hour', hours, 24));
  return words.join(t('comma'));
}

const clock = (parts: readonly number[]): string => parts.map((part) => String(part).padStart(2, '0')).join(':');

/** The step of values that cover a whole unit evenly from 0. */
function stepOf(values: readonly number[], size: number): number | undefined {
  const [first, second = size] = values;
  const step = second - (first ?? 0);
  const isEven = first === 0 && values.every((value, index) => value === index * step) && values.length * step >= size;
  return isEven && values.length > 1 ? step : undefined;
}

/** Values as ranges; two in a row stay apart. */
function runs(values: readonly number[]): Array<readonly [number, number]> {
  const found: Array<[number, number]> = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last !== undefined && value === last[1] + 1) last[1] = value;
    else found.push([value, value]);
  }
  return found.flatMap(
    ([from, to]): Array<[number, number]> =>
      to - from === 1
        ? [
            [from, from],
            [to, to],
          ]
        : [[from, to]],
  );
}
