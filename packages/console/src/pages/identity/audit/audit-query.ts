import type { RouteQuery, Routes } from '@funcgraph/api';
import { RANGES } from '../../../parts/range-picker.tsx';

/** What the keyword is looked for in. */
export const SEARCHED = ['user', 'action', 'resource'] as const;
export const RESULTS = ['all', 'ok', 'failed'] as const;

/** Of the address of the page. */
export const NO_FILTER = { by: 'user', q: '', result: 'all', range: 'all', cursor: '' };
export type AuditFilter = typeof NO_FILTER;

const PAGE = 50;
const MINUTE_MS = 60_000;

/** The filters of the page as the route has them. Unknown words of an address do not filter. */
export function auditQuery(
  { by, q, result, range, cursor }: AuditFilter,
  now: number,
): RouteQuery<Routes['listAudit']> {
  const searched = SEARCHED.find((each) => each === by) ?? 'user';
  const minutes = Object.hasOwn(RANGES, range) ? RANGES[range as keyof typeof RANGES] : undefined;
  // whole minutes, so that the pages of a filter stay the same for a while
  const from = minutes === undefined ? undefined : (Math.floor(now / MINUTE_MS) - minutes) * MINUTE_MS;
  return {
    limit: String(PAGE),
    ...(q === '' ? {} : { [searched]: q }),
    ...(result === 'ok' || result === 'failed' ? { result } : {}),
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    ...(cursor === '' ? {} : { cursor }),
  };
}
