import type { Receipt } from '@funcgraph/api';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { pages, query } from '../../../api/index.ts';
import type { Span } from '../../../parts/time-span/index.ts';
import type { ShownFunction } from '../shown-function.ts';
import type { RequestFilter } from './request-filter.tsx';

const PAGE = '50';

/** The requests of a function, version or alias: all that fit the filter, or the one with an id. */
export function useRequests({ urn, baseUrn }: ShownFunction, span: Span, { id, result, cause, cold }: RequestFilter) {
  const list = useInfiniteQuery({
    ...pages('listReceipts', {
      params: { function_urn: urn },
      query: {
        from: new Date(span.from).toISOString(),
        to: new Date(span.to).toISOString(),
        limit: PAGE,
        ...(result === undefined ? {} : { result }),
        ...(cause === undefined ? {} : { cause }),
        ...(cold === undefined ? {} : { cold }),
      },
    }),
    enabled: id === '',
    placeholderData: keepPreviousData,
  });
  const one = useQuery({ ...query('showReceipt', { params: { request_id: id } }), enabled: id !== '' });
  if (id === '') {
    const rows: readonly Receipt[] = list.data?.pages.flatMap(({ receipts }) => receipts) ?? [];
    const missing = list.data?.pages.flatMap(({ unreachable_servers: names }) => names ?? []) ?? [];
    return { list, rows, missing, hasMore: list.hasNextPage, more: () => void list.fetchNextPage() };
  }
  // ids are found in the whole project
  const isOwn = one.data?.function_urn.startsWith(`${baseUrn}:`) === true;
  const found = { ...one, error: one.error?.status === 404 ? null : one.error };
  return { list: found, rows: isOwn && one.data ? [one.data] : [], missing: [], hasMore: false, more: () => undefined };
}
