import { usageError } from '../framework/index.ts';

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `15m`, `2h`, `1d` before now, or an RFC 3339 time; as RFC 3339 in UTC. Throws a usage error. */
export function timeText(text: string, flag: string, nowMs: number): string {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  if (ago) return new Date(nowMs - Number(ago[1]) * UNIT_MS[(ago[2] ?? 's') as keyof typeof UNIT_MS]).toISOString();
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw usageError(`${flag} is no time: ${JSON.stringify(text)}`, 'for example 15m, 2h, 1d or 2026-01-31T08:00:00Z');
  return new Date(ms).toISOString();
}

const two = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** An RFC 3339 time on the clock of this machine, with the milliseconds: `2026-01-31 09:00:00.125`. */
export function localTime(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`;
}
