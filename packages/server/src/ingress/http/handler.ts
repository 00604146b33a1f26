import type { IncomingHttpHeaders } from 'node:http';
import type { DecodedBody, RouteId, RouteParams, RouteQuery, RouteResponse, Routes } from '@funcgraph/api';
import type { Caller, Peer } from '../../iam/index.ts';
import type { AnyAnswer } from '../plain/plain-answer.ts';

/** One authenticated, authorised and validated request. */
export interface ApiRequest<R extends RouteId> {
  readonly id: string;
  readonly params: RouteParams<Routes[R]>;
  readonly query: RouteQuery<Routes[R]>;
  /** Checked and decoded by the schema of the route, for `json` routes. */
  readonly body: DecodedBody<Routes[R]>;
  /** The bytes as received, for a `raw` route. */
  readonly rawBody: Buffer;
  readonly headers: IncomingHttpHeaders;
  readonly caller: Caller;
  /** The other end of the connection. */
  readonly peer: Peer;
  /** Functions that ran one after another until this call; undefined when a client outside makes it. */
  readonly depth: number | undefined;
  /** For an answer that is streamed; a handler that has begun one gives back `STREAMED`. */
  readonly response: AnyAnswer;
  /** A signal that aborts when the client disconnects before the answer is complete. */
  goneSignal(): AbortSignal;
  /** Monotonic ms when the request arrived. */
  readonly receivedAt: number;
}

/** The result of a handler when status, headers or encoding are not the route's usual ones. */
export class Reply {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** A readable is sent as bytes; other iterables as a line of JSON for each value. */
  readonly body: string | Buffer | AsyncIterable<unknown> | object;

  constructor(
    body: string | Buffer | AsyncIterable<unknown> | object,
    extra: { status?: number; headers?: Record<string, string> } = {},
  ) {
    this.body = body;
    this.status = extra.status;
    this.headers = extra.headers ?? {};
  }
}

/** The answer is out already. */
export const STREAMED = new Reply('');

/** Routes with `events` answer an async iterable of their response type; others the response or a Reply. */
export type Handler<R extends RouteId> = (
  request: ApiRequest<R>,
) => Promise<RouteResponse<Routes[R]> | Reply> | AsyncIterable<RouteResponse<Routes[R]>>;

/** A group of handlers, e.g. all of functions. `server.ts` merges the groups; the compiler reports a missing one. */
export type Handlers<Id extends RouteId = RouteId> = { readonly [R in Id]: Handler<R> };
