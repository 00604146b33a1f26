import {
  nextTick,
  parseCronSchedule,
  parseRate,
  type Schedule,
  ScheduleError,
  type ScheduleFault,
} from '@funcgraph/api/schedule';

export type ScheduleType = 'Rate' | 'Cron';

const PARSERS = { Rate: parseRate, Cron: parseCronSchedule };
const ZONED = /^CRON_TZ=(\S+)(?:\s+(.*))?$/s;

/** The schedule that a text is, or what keeps it from being one. */
export function readSchedule(type: ScheduleType, text: string): Schedule | ScheduleFault {
  try {
    return PARSERS[type](text);
  } catch (error) {
    if (error instanceof ScheduleError) return error.fault;
    throw error;
  }
}

export const isSchedule = (read: Schedule | ScheduleFault): read is Schedule =>
  read.kind === 'every' ? 'periodMs' in read : read.kind === 'cron';

/** The next times of a schedule that begins now. */
export function nextTimes(schedule: Schedule, now: number, count: number): number[] {
  const times: number[] = [];
  for (let last: number | undefined = now; times.length < count; ) {
    last = nextTick(schedule, now, last);
    if (last === undefined) break;
    times.push(last);
  }
  return times;
}

/** The zone of an expression, and the rest of it. */
export function splitZone(text: string): { readonly zone: string; readonly expression: string } {
  const [, zone = 'UTC', rest = ''] = ZONED.exec(text) ?? [];
  return zone === 'UTC' && !ZONED.test(text) ? { zone, expression: text } : { zone, expression: rest };
}

/** `@every` has no zone. */
export const joinZone = (zone: string, expression: string): string =>
  zone === 'UTC' || expression.trimStart().startsWith('@') ? expression : `CRON_TZ=${zone} ${expression}`;
