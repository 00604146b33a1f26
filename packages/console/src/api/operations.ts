import { ROUTE_ADDRESSES } from 'virtual:route-addresses';
import type { CallInput, RouteId, RouteParams, RouteResponse, Routes } from '@funcgraph/api';
import type { ApiError, BytesOutput } from '@funcgraph/api/client';
import { infiniteQueryOptions, mutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { client, uploadingClient } from './client.ts';
import { sessionQuery } from './session.ts';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: ApiError;
  }
}

/** The input of a route. The project is that of the session. */
export type Input<R extends RouteId> = Omit<CallInput<R>, 'params' | 'signal'> & {
  readonly params?: Omit<RouteParams<Routes[R]>, 'project_id'>;
};

/** Where a route is, for those who call it otherwise. */
export const routeAddress = (id: RouteId) => ROUTE_ADDRESSES[id];

async function completed<R extends RouteId>(input: Input<R>, queries: QueryClient, signal?: AbortSignal) {
  const { project_id } = await queries.ensureQueryData(sessionQuery);
  const call = { ...input, params: { ...input.params, project_id }, ...(signal ? { signal } : {}) };
  // the compiler cannot see that the project completes the parameters of every route
  return call as unknown as CallInput<R>;
}

/** Of a large body: reports the part that was sent, from 0 to 1, and may be stopped. */
export interface Upload {
  readonly onSent: (part: number) => void;
  readonly signal: AbortSignal;
}

async function send<R extends RouteId>(
  id: R,
  input: Input<R>,
  queries: QueryClient,
  { onSent, signal }: Partial<Upload> = {},
) {
  const sender = onSent ? uploadingClient(onSent) : client;
  const { data } = await sender.call(id, await completed(input, queries, signal));
  return data;
}

/** Headers and bytes of an answer, for those that may not be text. */
export async function receive<R extends RouteId>(
  id: R,
  input: Input<R>,
  queries: QueryClient,
  signal?: AbortSignal,
): Promise<BytesOutput> {
  return client.bytes(id, await completed(input, queries, signal));
}

/** What a route answers, for `useQuery`: `useQuery(query('listFunctions', { query: { func_name: 'order' } }))`. */
export function query<R extends RouteId>(id: R, input: Input<R> = {}) {
  return queryOptions<RouteResponse<Routes[R]>>({
    queryKey: [ROUTE_ADDRESSES[id].group, id, input],
    queryFn: ({ client: queries, signal }) => send(id, input, queries, { signal }),
  });
}

type Cursor = string | undefined;

/** What the query of the next page is called. */
const NEXT = {
  queryLogs: 'cursor',
  searchLogs: 'cursor',
  queryWorkflowLogs: 'cursor',
  listReceipts: 'cursor',
  queryGatewayAccessLog: 'cursor',
  listAlarms: 'marker',
} as const;

/** All pages of a route that names the begin of the next one, for `useInfiniteQuery`. */
export function pages<R extends keyof typeof NEXT>(id: R, input: Input<R>) {
  return infiniteQueryOptions({
    queryKey: [ROUTE_ADDRESSES[id].group, id, input, 'pages'],
    queryFn: ({ client: queries, signal, pageParam }): Promise<RouteResponse<Routes[R]>> => {
      const page = pageParam === undefined ? input : { ...input, query: { ...input.query, [NEXT[id]]: pageParam } };
      return send(id, page as Input<R>, queries, { signal });
    },
    initialPageParam: undefined as Cursor,
    getNextPageParam: (page): Cursor => ('next_marker' in page ? page.next_marker : page.next_cursor) || undefined,
  });
}

/**
 * A route that changes something, for `useMutation`: `useMutation(mutation('deleteFunction'))`. Afterwards the answers
 * of its group are read again, and those of `alsoChanges`. With `upload`, the way of a large body can be shown.
 */
export function mutation<R extends RouteId>(id: R, alsoChanges: readonly RouteId[] = []) {
  const groups = [id, ...alsoChanges].map((changed) => ROUTE_ADDRESSES[changed].group);
  return mutationOptions<RouteResponse<Routes[R]>, ApiError, Input<R> & { readonly upload?: Upload }>({
    mutationKey: [id],
    mutationFn: ({ upload, ...input }, { client: queries }) => send(id, input as Input<R>, queries, upload),
    onSuccess: async (_data, _input, _result, { client: queries }) => {
      await Promise.all(groups.map((group) => queries.invalidateQueries({ queryKey: [group] })));
    },
  });
}

/** The lines of an answer that comes bit by bit. The caller ends it by the signal. */
export async function* follow<R extends RouteId>(
  id: R,
  input: Input<R>,
  queries: QueryClient,
  signal: AbortSignal,
): AsyncGenerator<RouteResponse<Routes[R]>> {
  yield* client.stream(id, await completed(input, queries, signal));
}
