import type { ErrorViolation } from './errors.ts';
import type { Route, RouteBody, RouteParams, RouteQuery, RouteResponse } from './route.ts';
import type { RouteId, Routes } from './routes/index.ts';
import { type SigningKey, signRequest } from './signing.ts';

/** How the client authenticates. */
export type ClientAuth =
  /** With the security token of a temporary key. */
  | ({ readonly kind: 'key'; readonly securityToken?: string | undefined } & SigningKey)
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none' };

export interface ClientOptions {
  /** For example `http://127.0.0.1:8080`; no trailing slash. */
  readonly endpoint: string;
  readonly auth: ClientAuth;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

/** An answer that was not a success, or no answer at all (`status` 0). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  /** Of a refused flow: all broken rules. */
  readonly violations: readonly ErrorViolation[];

  constructor(
    message: string,
    fields: {
      code: string;
      status: number;
      hint?: string | undefined;
      requestId?: string | undefined;
      violations?: readonly ErrorViolation[];
      cause?: unknown;
    },
  ) {
    super(message, { cause: fields.cause });
    this.name = 'ApiError';
    this.code = fields.code;
    this.status = fields.status;
    this.hint = fields.hint;
    this.requestId = fields.requestId;
    this.violations = fields.violations ?? [];
  }
}

export interface CallInput<R extends RouteId> {
  readonly params?: RouteParams<Routes[R]>;
  readonly query?: RouteQuery<Routes[R]>;
  /** Bytes for a `raw` body, else a value of the route's schema. */
  readonly body?: RouteBody<Routes[R]> | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface CallOutput<R extends RouteId> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: RouteResponse<Routes[R]>;
}

export interface BytesOutput {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface PiecesOutput {
  readonly status: number;
  readonly headers: Headers;
  readonly pieces: AsyncIterable<Uint8Array>;
}

export interface Client {
  /** Throws ApiError for anything but a success. */
  call<R extends RouteId>(id: R, input?: CallInput<R>): Promise<CallOutput<R>>;
  /** Like `call`, with the raw body: for results that may not be text. */
  bytes<R extends RouteId>(id: R, input?: CallInput<R>): Promise<BytesOutput>;
  /** Like `bytes`, as they arrive. Reading throws when the connection ends before the answer does. */
  pieces<R extends RouteId>(id: R, input?: CallInput<R>): Promise<PiecesOutput>;
  /** For routes that answer with a stream of JSON lines. */
  stream<R extends RouteId>(id: R, input?: CallInput<R>): AsyncGenerator<RouteResponse<Routes[R]>>;
}

function fill(path: string, params: object): string {
  const values = new Map<string, unknown>(Object.entries(params));
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (typeof value !== 'string' || value === '') throw new Error(`path parameter ${name} is missing`);
    return encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%21', '!');
  });
}

function bodyBytes(body: unknown): Uint8Array<ArrayBuffer> {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return new TextEncoder().encode(JSON.stringify(body));
}

async function failure(response: Response): Promise<ApiError> {
  const text = await response.text();
  let parsed: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) parsed = value as Record<string, unknown>;
  } catch {
    // not JSON: something between us and the server answered
  }
  const string = (name: string): string | undefined => (typeof parsed[name] === 'string' ? parsed[name] : undefined);
  return new ApiError(string('error_msg') ?? `the server answered ${response.status}: ${text.slice(0, 200)}`, {
    code: string('error_code') ?? `HTTP.${response.status}`,
    status: response.status,
    hint: string('hint'),
    requestId: string('request_id') ?? response.headers.get('x-request-id') ?? undefined,
    ...(Array.isArray(parsed.violations) ? { violations: parsed.violations as ErrorViolation[] } : {}),
  });
}

/** What sending a request needs of a route. */
export type RouteAddresses = Readonly<Record<RouteId, Pick<Route, 'method' | 'path' | 'responseEncoding'>>>;

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

/** A client of the routes of a table. The schemas are no part of it: a browser loads the addresses alone. */
export function createClientOf(routes: RouteAddresses, options: ClientOptions): Client {
  const doFetch = options.fetch ?? fetch;
  const now = options.now ?? Date.now;

  async function send<R extends RouteId>(id: R, input: CallInput<R>): Promise<Response> {
    const route = routes[id];
    const url = new URL(options.endpoint + fill(route.path, input.params ?? {}));
    for (const [name, value] of Object.entries(input.query ?? {})) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
    }
    const body = bodyBytes(input.body);
    const headers: Record<string, string> = { 'Content-Type': 'application/json', ...input.headers };
    if (options.auth.kind === 'token') headers['X-Auth-Token'] = options.auth.token;
    if (options.auth.kind === 'key') {
      if (options.auth.securityToken !== undefined) headers['X-Security-Token'] = options.auth.securityToken;
      Object.assign(
        headers,
        await signRequest({ method: route.method, url, headers, body, nowMs: now() }, options.auth),
      );
    }
    let response: Response;
    try {
      response = await doFetch(url, {
        method: route.method,
        headers,
        ...(body.length > 0 ? { body } : {}),
        ...(input.signal ? { signal: input.signal } : {}),
      });
    } catch (cause) {
      if (input.signal?.aborted) throw cause;
      throw new ApiError(`cannot reach ${options.endpoint}`, {
        code: 'CLIENT.UNREACHABLE',
        status: 0,
        hint: 'Is the server running? Start it with: fgs start',
        cause,
      });
    }
    if (!response.ok) throw await failure(response);
    return response;
  }

  return {
    async call(id, input = {}) {
      const response = await send(id, input);
      const raw = routes[id].responseEncoding === 'raw';
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json') === true;
      const data: unknown = text === '' ? {} : raw && !json ? text : JSON.parse(text);
      return { status: response.status, headers: response.headers, data: data as never };
    },
    async bytes(id, input = {}) {
      const response = await send(id, input);
      return {
        status: response.status,
        headers: response.headers,
        bytes: new Uint8Array(await response.arrayBuffer()),
      };
    },
    async pieces(id, input = {}) {
      const response = await send(id, input);
      const { status, headers, body } = response;
      return { status, headers, pieces: body ?? emptyBody() };
    },
    async *stream(id, input = {}) {
      const response = await send(id, input);
      if (response.body === null) return;
      const decoder = new TextDecoder();
      let rest = '';
      for await (const chunk of response.body) {
        rest += decoder.decode(chunk, { stream: true });
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') yield JSON.parse(line);
      }
    },
  };
}
