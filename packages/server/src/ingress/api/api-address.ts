import type { ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';

/** A request, as far as it says under which address its client reached the API. */
export interface ReachedRequest {
  readonly headers: { readonly host?: string | undefined };
  readonly response: { readonly req: Pick<ServerResponse['req'], 'socket'> };
}

/** The address of the API for links in answers: the public one, else that of the request. */
export function apiAddress(publicUrl: string | undefined, { headers, response }: ReachedRequest): string {
  if (publicUrl !== undefined) return publicUrl;
  const scheme = response.req.socket instanceof TLSSocket ? 'https' : 'http';
  return `${scheme}://${headers.host ?? 'localhost'}`;
}
