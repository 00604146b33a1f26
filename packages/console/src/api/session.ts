import type { RouteBody, RouteResponse, Routes } from '@funcgraph/api';
import { ApiError } from '@funcgraph/api/client';
import { type QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { chosenProject } from './chosen-project.ts';
import { client } from './client.ts';

/** Who is signed in, with which rights, and until when. */
export type Session = RouteResponse<Routes['showConsoleSession']>;
/** Name and password, or the token of a link. */
export type Credentials = RouteBody<Routes['createConsoleSession']>;

/** In the project that was chosen in this tab, while the user can reach it. */
async function sessionIn(project: string | undefined, signal: AbortSignal): Promise<Session> {
  try {
    const query = project === undefined ? {} : { project_id: project };
    return (await client.call('showConsoleSession', { query, signal })).data;
  } catch (error) {
    if (project === undefined || !(error instanceof ApiError) || error.status !== 404) throw error;
    chosenProject.clear();
    return sessionIn(undefined, signal);
  }
}

export const sessionQuery = queryOptions<Session>({
  queryKey: ['session'],
  queryFn: ({ signal }) => sessionIn(chosenProject.get(), signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The session; only in pages behind the sign-in. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

export async function signIn(queries: QueryClient, credentials: Credentials): Promise<void> {
  enter(queries, (await client.call('createConsoleSession', { body: credentials })).data);
}

/** How people sign in besides passwords. */
export const signInWays = queryOptions<RouteResponse<Routes['showConsoleSignIn']>>({
  queryKey: ['sign-in'],
  queryFn: async ({ signal }) => (await client.call('showConsoleSignIn', { signal })).data,
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** The address of the OpenID Connect issuer, and what this tab keeps until it comes back from there. */
export async function beginAtIssuer(): Promise<RouteResponse<Routes['startConsoleOidc']>> {
  return (await client.call('startConsoleOidc', { body: {} })).data;
}

/** With what the OpenID Connect issuer answered to an attempt of this tab. */
export async function signInByIssuer(queries: QueryClient, attempt: string, answer: string): Promise<void> {
  enter(queries, (await client.call('finishConsoleOidc', { body: { attempt, answer } })).data);
}

function enter(queries: QueryClient, data: Session): void {
  queries.clear();
  const chosen = chosenProject.get();
  // the same person may continue in another project than the first one
  const continues = chosen !== undefined && chosen !== data.project_id && data.projects.some(({ id }) => id === chosen);
  if (continues) return;
  chosenProject.clear();
  queries.setQueryData(sessionQuery.queryKey, data);
}

/** All pages are about `project` from now on, in this tab. They are loaded anew: nothing of the old one may stay. */
export function chooseProject(project: string): void {
  chosenProject.set(project);
  location.assign(`${import.meta.env.BASE_URL}overview`);
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
