import { ROUTE_ADDRESSES } from 'virtual:route-addresses';
import { createClientOf } from '@funcgraph/api/client';
import { observedFetch } from './connection.ts';

/** Browsers send it across origins only after asking the server, which refuses. */
const CONSOLE_HEADERS = { 'X-Fgs-Console': '1' } as const;

/** Every route of the server, in the session of the browser's cookie. */
export const client = createClientOf(ROUTE_ADDRESSES, {
  endpoint: globalThis.location?.origin ?? '',
  auth: { kind: 'none' },
  fetch: (input, init) =>
    observedFetch(input, { ...init, headers: { ...init?.headers, ...CONSOLE_HEADERS }, credentials: 'same-origin' }),
});
