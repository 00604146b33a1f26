import { Readable } from 'node:stream';
import type { Route } from '@funcgraph/api';
import type { Logger } from 'pino';
import { PlatformError, toErrorBody } from '../../lib/platform-error.ts';
import { Reply } from './handler.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** An encoded answer; undefined for one without a body. */
export interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A readable is bytes, other iterables are values. */
  readonly body: string | Buffer | Readable | AsyncIterable<unknown> | undefined;
  /** The request failed: perhaps before its client has sent everything. */
  readonly refused?: boolean;
}

export function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** One line of JSON for each value. */
export async function* jsonLines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** The result of a handler, with the route's usual status and encoding where it sets none. */
export function outcomeOf(route: Pick<Route, 'status'>, result: unknown): Outcome {
  const shaped = result instanceof Reply ? result : new Reply(result as object);
  const { headers, body } = shaped;
  const status = shaped.status ?? route.status;
  if (isIterable(body)) {
    if (body instanceof Readable) return { status, headers, body };
    const streamed = { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' };
    return { status, headers: { ...headers, ...streamed }, body };
  }
  if (status === 204) return { status, headers, body: undefined };
  if (typeof body === 'string' || Buffer.isBuffer(body)) return { status, headers, body };
  return { status, headers: { ...headers, 'content-type': JSON_TYPE }, body: JSON.stringify(body) };
}

/** The answer to a request that failed; details that the caller may not see go to the log only. */
export function failed(
  error: unknown,
  request: { readonly id: string; readonly method: string; readonly url: string; readonly errors?: Route['errors'] },
  log: Logger,
): Outcome {
  const { status, headers, body } = toErrorBody(renamed(error, request.errors), request.id);
  const fields = { requestId: request.id, method: request.method, url: request.url, code: body.error_code };
  if (status >= 500 || !(error instanceof PlatformError)) log.error({ ...fields, err: error }, 'request failed');
  else log.info({ ...fields, reason: body.error_msg }, 'request refused');
  return { status, headers: { ...headers, 'content-type': JSON_TYPE }, body: JSON.stringify(body), refused: true };
}

/** The error with the code that its operation has for it. */
function renamed(error: unknown, errors: Route['errors'] = {}): unknown {
  const code = error instanceof PlatformError ? errors[error.code] : undefined;
  if (code === undefined) return error;
  const { message, hint } = error as PlatformError;
  return new PlatformError(code, message, { hint, cause: error });
}
