import type { Language, TimeZoneChoice } from '../preferences/index.ts';

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

function relative(ms: number, now: number, language: Language): string {
  const seconds = Math.round((ms - now) / 1000);
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.trunc(seconds / length), unit);
}

function absolute(ms: number, language: Language, timeZone?: 'UTC'): string {
  const text = new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(ms);
  return timeZone === undefined ? text : `${text} UTC`;
}

/** A moment as a person chose to read it, and in full for a hint. */
export function momentText(
  ms: number,
  now: number,
  { language, times }: { language: Language; times: TimeZoneChoice },
) {
  const local = absolute(ms, language);
  const utc = absolute(ms, language, 'UTC');
  if (times === 'relative') return { text: relative(ms, now, language), hint: `${local}\n${utc}` };
  return times === 'utc' ? { text: utc, hint: local } : { text: local, hint: utc };
}
