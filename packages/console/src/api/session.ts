import type { RouteBody, RouteResponse, Routes } from '@funcgraph/api';
import { ApiError } from '@funcgraph/api/client';
import { type QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { client } from './client.ts';

/** Who is signed in, with which rights, and until when. */
export type Session = RouteResponse<Routes['showConsoleSession']>;
/** Name and password, or the token of a link. */
export type Credentials = RouteBody<Routes['createConsoleSession']>;

export const sessionQuery = queryOptions<Session>({
  queryKey: ['session'],
  queryFn: async ({ signal }) => (await client.call('showConsoleSession', { signal })).data,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The session; only in pages behind the sign-in. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

export async function signIn(queries: QueryClient, credentials: Credentials): Promise<void> {
  const { data } = await client.call('createConsoleSession', { body: credentials });
  queries.clear();
  queries.setQueryData(sessionQuery.queryKey, data);
}

export async function signOut(): Promise<void> {
  try {
    await client.call('deleteConsoleSession');
  } catch (error) {
    // it had ended already
    if (!isSignedOut(error)) throw error;
  }
}

export const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401;
