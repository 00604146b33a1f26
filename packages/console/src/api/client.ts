import { ROUTE_ADDRESSES } from 'virtual:route-addresses';
import { type Client, createClientOf } from '@funcgraph/api/client';
import { observedFetch } from './connection.ts';

const NO_BODY = new Set([204, 205, 304]);

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}

/** `fetch` that reports which part of the body was sent, from 0 to 1; browsers say so to XMLHttpRequest only. */
function uploadingFetch(onSent: (part: number) => void): typeof fetch {
  return (input, { method = 'GET', headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const request = new XMLHttpRequest();
      request.open(method, input instanceof Request ? input.url : input);
      request.responseType = 'arraybuffer';
      for (const [name, value] of new Headers(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => onSent(total === 0 ? 0 : loaded / total);
      request.onload = () => {
        const { status, response } = request;
        resolve(new Response(NO_BODY.has(status) ? null : response, { status, headers: headersOf(request) }));
      };
      request.onerror = () => reject(new TypeError('the connection failed'));
      request.onabort = () => reject(signal?.reason);
      signal?.addEventListener('abort', () => request.abort());
      request.send(body as XMLHttpRequestBodyInit | null);
    });
}

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
