import { ROUTE_ADDRESSES } from 'virtual:route-addresses';
import { type Client, createClientOf } from '@funcgraph/api/client';
import { observedFetch } from './connection.ts';
import { uploadingFetch } from './uploading-fetch.ts';

/** Browsers send it across origins only after asking the server, which refuses. */
const CONSOLE_HEADERS = { 'X-Fgs-Console': '1' } as const;

/** Every route of the server, in the session of the browser's cookie. */
const clientWith = (send?: typeof fetch): Client =>
  createClientOf(ROUTE_ADDRESSES, {
    endpoint: globalThis.location?.origin ?? '',
    auth: { kind: 'none' },
    fetch: (input, init) =>
      observedFetch(
        input,
        { ...init, headers: { ...init?.headers, ...CONSOLE_HEADERS }, credentials: 'same-origin' },
        send,
      ),
  });

export const client = clientWith();

/** The client for one large body. */
export const uploadingClient = (onSent: (part: number) => void): Client => clientWith(uploadingFetch(onSent));
