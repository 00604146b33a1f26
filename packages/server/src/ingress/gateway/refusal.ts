import type { InvocationResult } from '../../invocation/index.ts';
import { PlatformError, toErrorBody } from '../../lib/platform-error.ts';
import type { AnyAnswer } from '../plain/plain-answer.ts';
import type { AnyRequest } from '../plain/plain-request.ts';
import type { HeaderPair } from './headers.ts';

/** The one answer for everything that is not published, whether it exists or not. */
export function notPublished(): PlatformError {
  return new PlatformError('url_not_found', 'The API does not exist or has not been published.');
}

/** A function's failure as an error of the gateway: its output and exception stay in its log. */
export function failureOf({ failure }: InvocationResult): PlatformError | undefined {
  if (failure === undefined) return undefined;
  const { outcome, code } = failure;
  if (outcome === 'timeout') return new PlatformError('url_timeout', 'The function did not answer within its timeout.');
  if (outcome === 'system_error') return new PlatformError('internal', failure.payload.toString('utf8', 0, 1024));
  return new PlatformError('function_failed', `The function failed: ${outcome} (${code}).`, {
    hint: 'See the log of the function for this request id.',
  });
}

/** Errors of the inner modules, as the caller of a URL should see them. */
export function forCaller(error: unknown): unknown {
  if (!(error instanceof PlatformError)) return error;
  switch (error.code) {
    case 'unauthenticated':
      return new PlatformError('url_unauthenticated', error.message);
    case 'function_not_found':
    case 'version_not_found':
    case 'alias_not_found':
      return notPublished();
    case 'invalid_runtime':
      return new PlatformError('unavailable', error.message, { cause: error });
    case 'disk_full':
    case 'no_disk_room':
      // any client may call a function URL: the figures of the disk are for the API and the log
      return new PlatformError(error.code, error.spec.meaning, { cause: error });
    default:
      return error;
  }
}

/** Answers with the error and reads on while the client still sends, so that the client receives the answer. */
export function refuse(
  request: AnyRequest,
  response: AnyAnswer,
  error: unknown,
  { requestId, cors = [] }: { readonly requestId: string; readonly cors?: readonly HeaderPair[] | undefined },
): number {
  const { status, headers, body } = toErrorBody(error, requestId);
  request.resume();
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return status;
  }
  const text = JSON.stringify(body);
  const named: Record<string, string> = {
    ...headers,
    ...Object.fromEntries(cors),
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(text)),
    'X-CFF-Request-Id': requestId,
    'X-Request-Id': requestId,
    // After a refused upgrade the parser takes the following bytes for another protocol; a slow body would never end.
    ...(request.headers.upgrade === undefined && status !== 408 ? {} : { Connection: 'close' }),
  };
  response.writeHead(status, Object.entries(named).flat());
  response.end(request.method === 'HEAD' ? undefined : text);
  return status;
}
