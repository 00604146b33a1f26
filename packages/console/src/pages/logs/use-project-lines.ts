import { formatUrn } from '@funcgraph/api/urn';
import { useInfiniteQuery } from '@tanstack/react-query';
import { pages, useSession } from '../../api/index.ts';
import type { Span } from '../../parts/time-span/index.ts';
import { fromFunction } from './shown-lines.ts';
import type { LineFilter } from './use-source-lines.ts';

const PAGE = '500';

/** The logs of all functions of the project in a range, newest first. */
export function useProjectLines(enabled: boolean, span: Span, filter: LineFilter) {
  const query = {
    ...filter,
    from: new Date(span.from).toISOString(),
    to: new Date(span.to).toISOString(),
    limit: PAGE,
  };
  const { data, hasNextPage, fetchNextPage, isFetching, error, refetch } = useInfiniteQuery({
    ...pages('searchLogs', { query }),
    enabled,
  });
  const { region, project_id: projectId } = useSession();
  const ofFunction = (app: string, name: string): string => formatUrn({ region, projectId, package: app, name });
  const found = enabled ? (data?.pages ?? []) : [];
  return {
    lines: found.flatMap((page) =>
      page.lines.map((line) => fromFunction(line.func_name, ofFunction(line.package, line.func_name), line)),
    ),
    /** The search took too long, and lines are missing. */
    isPartial: found.some(({ complete }) => !complete),
    missing: found.flatMap(({ unreachable_servers: names }) => names ?? []),
    hasMore: enabled && hasNextPage,
    more: () => void fetchNextPage(),
    isFetching: enabled && isFetching,
    error: enabled ? error : null,
    refetch: () => void refetch(),
  };
}
