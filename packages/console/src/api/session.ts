import { ApiError } from '@funcgraph/api/client';
import { type QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { CONSOLE_HEADERS } from './client.ts';
import { observedFetch } from './connection.ts';

/** Who is signed in, with which rights, and until when. */
interface Session {
  readonly user: string;
  readonly account: string;
  readonly project_id: string;
  readonly region: string;
  /** Actions that the user has a right to on some resource. */
  readonly rights: readonly string[];
  /** Without a request for so long, the session ends. */
  readonly idle_seconds: number;
  readonly expires_at: string;
}

/** One of the ways to sign in. */
export type Credentials =
  | { readonly name: string; readonly password: string; readonly domain?: string }
  | { readonly token: string };

const PATH = '/v1/console/session';

async function request(method: 'GET' | 'POST' | 'DELETE', body?: Credentials): Promise<Response> {
  let response: Response;
  try {
    response = await observedFetch(PATH, {
      method,
      headers: { ...CONSOLE_HEADERS, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new ApiError('the server cannot be reached', { code: 'CLIENT.UNREACHABLE', status: 0, cause });
  }
  if (response.ok) return response;
  const answer: { error_code?: string; error_msg?: string } = await response.json().catch(() => ({}));
  throw new ApiError(answer.error_msg ?? `the server answered ${response.status}`, {
    code: answer.error_code ?? `HTTP.${response.status}`,
    status: response.status,
  });
}

const show = async (): Promise<Session> => (await request('GET')).json();

export const sessionQuery = queryOptions({ queryKey: ['session'], queryFn: show, staleTime: Number.POSITIVE_INFINITY });

/** The session; only in pages behind the sign-in. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

export async function signIn(queries: QueryClient, credentials: Credentials): Promise<void> {
  const session: Session = await (await request('POST', credentials)).json();
  queries.clear();
  queries.setQueryData(sessionQuery.queryKey, session);
}

export async function signOut(): Promise<void> {
  try {
    await request('DELETE');
  } catch (error) {
    // it had ended already
    if (!isSignedOut(error)) throw error;
  }
}

export const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401;
