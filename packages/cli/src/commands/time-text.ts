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
