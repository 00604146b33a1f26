import { usageError } from '../../framework/index.ts';

export interface CronConfig {
  readonly name: string;
  readonly cron: string;
  readonly count: number;
  readonly start_time: number;
  readonly expired_time: number;
}

const EXAMPLE = 'for example "morning,10,2027-01-01,2027-02-01T12:00,0 0 8 * * ?"';
/** A day, or a day with a time, perhaps with an offset. */
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?$/;

/** `NAME,COUNT,FROM,UNTIL,CRON`; times without an offset are local, as in the console. Throws usage errors. */
export function parsePolicy(text: string): CronConfig {
  const [name = '', count = '', from = '', until = '', ...cron] = text.split(',');
  if (cron.length === 0) throw usageError(`not a policy: ${JSON.stringify(text)}`, EXAMPLE);
  if (!/^\d{1,4}$/.test(count)) throw usageError(`not a number of instances: ${JSON.stringify(count)}`, EXAMPLE);
  return {
    name: name.trim(),
    // a list in a cron field has commas too
    cron: cron.join(',').trim(),
    count: Number(count),
    start_time: secondsOf(from),
    expired_time: secondsOf(until),
  };
}

export interface MetricConfig {
  readonly name: string;
  readonly type: 'Concurrency';
  readonly threshold: number;
  readonly min: number;
}

/** `NAME,PERCENT,MIN`. Throws usage errors. */
export function parseMetricPolicy(text: string): MetricConfig {
  const [, name = '', threshold = '', min = ''] = /^([^,]+),(\d{1,4}),(\d{1,4})$/.exec(text.trim()) ?? [];
  if (name === '') throw usageError(`not a policy by metric: ${JSON.stringify(text)}`, 'for example "busy,60,1"');
  return { name: name.trim(), type: 'Concurrency', threshold: Number(threshold), min: Number(min) };
}

function secondsOf(text: string): number {
  // without a time, JavaScript would read a day as UTC
  const ms = TIME.test(text) ? Date.parse(text.includes('T') ? text : `${text}T00:00`) : Number.NaN;
  if (Number.isNaN(ms)) throw usageError(`not a time: ${JSON.stringify(text)}`, EXAMPLE);
  return Math.floor(ms / 1000);
}
