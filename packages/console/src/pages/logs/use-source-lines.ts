import { useInfiniteQuery } from '@tanstack/react-query';
import { pages } from '../../api/index.ts';
import type { ShownLine } from '../../parts/log-view/index.ts';
import type { Span } from '../../parts/time-span/index.ts';
import { type FlowLine, type FunctionLine, fromFlow, fromFunction } from './shown-lines.ts';
import { type Source, sourceText } from './source.ts';

const PAGE = '1000';

export interface LineFilter {
  readonly keyword: string;
  readonly level: string;
}

/** The log of a source in a range, newest first; of none when there is no source. */
export function useSourceLines(source: Source | undefined, span: Span, filter: LineFilter) {
  const query = {
    ...filter,
    from: new Date(span.from).toISOString(),
    to: new Date(span.to).toISOString(),
    limit: PAGE,
  };
  const ofFunction = useInfiniteQuery({
    ...pages('queryLogs', { params: { function_urn: source?.id ?? '' }, query }),
    enabled: source?.kind === 'function',
  });
  const ofFlow = useInfiniteQuery({
    ...pages('queryWorkflowLogs', { params: { workflow_id: source?.id ?? '' }, query }),
    enabled: source?.kind === 'flow',
  });
  const name = source?.name ?? '';
  const of = source === undefined ? '' : sourceText(source);
  const functionLines = ofFunction.data?.pages.flatMap(({ lines }) => lines as FunctionLine[]) ?? [];
  const flowLines = ofFlow.data?.pages.flatMap(({ lines }) => lines as FlowLine[]) ?? [];
  const lines: readonly ShownLine[] =
    source?.kind === 'flow'
      ? flowLines.map((line) => fromFlow(name, of, line))
      : functionLines.map((line) => fromFunction(name, of, line));
  const shown = (source?.kind === 'flow' ? ofFlow : ofFunction).data?.pages ?? [];
  const { hasNextPage, fetchNextPage, isFetching, error, refetch } = source?.kind === 'flow' ? ofFlow : ofFunction;
  return {
    lines: source === undefined ? [] : lines,
    /** Servers that could not be asked. */
    missing: source === undefined ? [] : shown.flatMap(({ unreachable_servers: names }) => names ?? []),
    hasMore: source !== undefined && hasNextPage,
    more: () => void fetchNextPage(),
    isFetching: source !== undefined && isFetching,
    error: source === undefined ? null : error,
    refetch: () => void refetch(),
  };
}
