import type { Static, StaticDecode, TObject, TSchema, TUnsafe } from 'typebox';
import { Type } from 'typebox';
import type { ErrorCode } from './errors.ts';
import { type ResourceSource, resourceInPath } from './resource.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The form of a body or an answer. `raw` is passed on as bytes; `events` is a stream of JSON lines. */
export type Encoding = 'json' | 'raw' | 'events';

/** One operation: the server's handler, the client and OpenAPI are all made from it. */
export interface Route {
  readonly method: Method;
  /** With `{name}` for path parameters. */
  readonly path: string;
  readonly group: string;
  readonly summary: string;
  readonly params: TObject;
  readonly query: TObject;
  readonly body: TSchema;
  readonly bodyEncoding: Encoding;
  /** Largest body in bytes; FSS.0413 beyond. */
  readonly bodyLimit: number;
  readonly response: TSchema;
  readonly responseEncoding: Encoding;
  readonly status: number;
  /** `none` and `optional`: open to every client that reaches the port; `optional` has the caller of a valid proof. */
  readonly auth: 'required' | 'optional' | 'none';
  /** The action that `authorize` checks, e.g. `functiongraph:function:invoke`. */
  readonly action: string;
  /**
   * `right`: refused without the right on `resource`. `any`: refused without the right on a function that the query names, or
   * when the caller has the right on no resource at all; the handler decides about each resource. `caller`: the handler
   * decides by the caller alone.
   */
  readonly access: 'right' | 'any' | 'caller';
  /** Taken from the path unless given. */
  readonly resource: ResourceSource;
  /** Errors that FunctionGraph gives another code in this operation than in others. */
  readonly errors: Partial<Record<ErrorCode, ErrorCode>>;
}

type RouteInput = Pick<Route, 'method' | 'path' | 'group' | 'summary'> & Partial<Route>;

const NOTHING = Type.Object({});

/** A schema known by its values alone: TypeBox's type of a large object is too deep for the compiler in a generic call. */
type Shape<S extends TSchema> = TUnsafe<Static<S>>;
/** Also knows what the server makes of a body; the property exists for the compiler only. */
type BodyShape<S extends TSchema> = Shape<S> & { readonly decoded?: StaticDecode<S> };

type Filled<R extends RouteInput> = Omit<Route, 'params' | 'query' | 'body' | 'response'> & {
  readonly params: R extends { params: infer P extends TObject } ? P : typeof NOTHING;
  readonly query: R extends { query: infer Q extends TObject } ? Q : typeof NOTHING;
  readonly body: R extends { body: infer B extends TSchema } ? BodyShape<B> : typeof NOTHING;
  readonly response: R extends { response: infer A extends TSchema } ? Shape<A> : typeof NOTHING;
};

const MEBIBYTE = 1024 * 1024;

/** Operations of a project belong to FunctionGraph, all others to the machine. */
function usualAction({ method, path, group }: RouteInput): string {
  const service = path.includes('{project_id}') ? 'functiongraph' : 'platform';
  return `${service}:${group}:${method === 'GET' ? 'get' : 'update'}`;
}

/** Adds the defaults of a route: JSON both ways, 1 MiB body, status 200, authentication and a right required. */
export function route<const R extends RouteInput>(input: R): Filled<R> {
  const filled: Route = {
    params: NOTHING,
    query: NOTHING,
    body: NOTHING,
    bodyEncoding: 'json',
    bodyLimit: MEBIBYTE,
    response: NOTHING,
    responseEncoding: 'json',
    status: 200,
    auth: 'required',
    action: usualAction(input),
    access: 'right',
    resource: resourceInPath(input.path),
    errors: {},
    ...input,
  };
  return filled as unknown as Filled<R>;
}

export type RouteParams<R extends { params: TSchema }> = Static<R['params']>;
export type RouteQuery<R extends { query: TSchema }> = Static<R['query']>;
export type RouteBody<R extends { body: TSchema }> = Static<R['body']>;
/** A body as handlers get it: with the numbers and switches that clients write as text, and without null. */
export type DecodedBody<R extends { body: TSchema }> = R['body'] extends { readonly decoded?: infer D }
  ? NonNullable<D>
  : object;
export type RouteResponse<R extends { response: TSchema }> = Static<R['response']>;
