import type { StreamHead } from '@funcgraph/runtimes';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ResponseHead } from '../http/response-stream.ts';
import { isFinalStatus } from './answer.ts';
import { type HeaderPair, headersOut } from './headers.ts';
import { withCors } from './rules/cors.ts';

/** The head of a streamed answer, with the gateway's own headers. The instance is hostile: throws `invalid_gateway_answer` for invalid HTTP. */
export function streamedHead(
  head: StreamHead,
  method: string,
  own: readonly string[],
  cors?: readonly HeaderPair[],
): ResponseHead {
  const { statusCode = 200, headers = [] } = head;
  if (!isFinalStatus(statusCode)) {
    throw new PlatformError('invalid_gateway_answer', 'statusCode is not a whole number from 200 to 599');
  }
  const flat: string[] = [];
  for (const [name, value] of withCors(headersOut(headers), cors)) flat.push(name, value);
  if (!headers.some(([name]) => name.toLowerCase() === 'content-type') && statusCode !== 204 && statusCode !== 304) {
    flat.push('Content-Type', 'application/octet-stream');
  }
  // An answer without a body may still state the length of one; the length of others is known at their end.
  const length = method === 'HEAD' ? headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] : undefined;
  if (length !== undefined && /^\d{1,15}$/.test(length)) flat.push('Content-Length', length);
  flat.push(...own);
  return { statusCode, headers: flat };
}
