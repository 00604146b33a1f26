import { create } from 'zustand';

interface Connection {
  /** Since when no request reached the server; undefined while they do. */
  readonly lostAt: number | undefined;
  /** Time of the last request that the server answered. */
  readonly answeredAt: number;
}

/** Whether the server can be reached, seen from the requests of the pages. */
export const useConnection = create<Connection>()(() => ({ lostAt: undefined, answeredAt: Date.now() }));

const PROXY_FAILURES = new Set([502, 503, 504]);

/** A proxy answered for a server that it cannot reach. The server's own answers have the id of the request. */
export const isFromProxy = (status: number, requestId: string | null | undefined): boolean =>
  PROXY_FAILURES.has(status) && !requestId;

function lost(): void {
  useConnection.setState(({ lostAt }) => ({ lostAt: lostAt ?? Date.now() }));
}

/** `fetch` that notes whether the server answered. */
export async function observedFetch(
  input: RequestInfo | URL,
  init: RequestInit = {},
  send: typeof fetch = fetch,
): Promise<Response> {
  let response: Response;
  try {
    response = await send(input, init);
  } catch (error) {
    if (init.signal?.aborted !== true) lost();
    throw error;
  }
  if (isFromProxy(response.status, response.headers.get('x-request-id'))) lost();
  else useConnection.setState({ lostAt: undefined, answeredAt: Date.now() });
  return response;
}

/** Asks for a small file, which does not count as a use of the session. */
export async function probe(): Promise<void> {
  try {
    await observedFetch(import.meta.env.BASE_URL, { method: 'HEAD', cache: 'no-store' });
  } catch {
    // noted, and tried again later
  }
}
