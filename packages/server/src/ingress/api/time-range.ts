import { PlatformError } from '../../lib/platform-error.ts';

const HOUR_MS = 60 * 60 * 1000;
/** An empty range is refused. */
const NOTHING_RECORDED = { from: 0, to: 1 };

/** A moment: RFC 3339, or `YYYY-MM-DDThh:mm:ss` meaning UTC. Throws `invalid_request` naming the field. */
export function parseTime(text: string, field: string): number {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
  const ms = /^\d{4}-\d\d-\d\dT/.test(zoned) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(ms)) throw new PlatformError('invalid_request', `${field} is not a time: ${text.slice(0, 40)}`);
  return ms;
}

/** The last hour unless the request says otherwise. `to` is one ms ahead so that events of this moment are included. */
export function timeRange(from: string | undefined, to: string | undefined, now: number): { from: number; to: number } {
  const end = to === undefined || to === '' ? now + 1 : parseTime(to, 'end time');
  const start = from === undefined || from === '' ? end - HOUR_MS : parseTime(from, 'begin time');
  if (start > end) throw new PlatformError('invalid_request', 'the begin time is after the end time');
  return { from: start, to: end };
}

/** Without the time before a function was created, when an earlier one may have had its name. */
export function sinceCreation<Range extends { readonly from: number; readonly to: number }>(
  range: Range,
  createdAt: number,
): Range {
  if (range.to <= createdAt) return { ...range, ...NOTHING_RECORDED };
  return { ...range, from: Math.max(range.from, createdAt) };
}

/** UTC without zone, as the async invocation API has it. */
export function plainTime(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString().slice(0, 19);
}

/** A page size; the fallback when absent or 0. */
export function pageSize(text: string | undefined, fallback: number, most: number): number {
  const requested = text === undefined || text === '' ? fallback : Number(text);
  if (!Number.isInteger(requested) || requested < 0 || requested > most) {
    throw new PlatformError('invalid_request', `limit must be between 1 and ${most}`);
  }
  return requested === 0 ? fallback : requested;
}
