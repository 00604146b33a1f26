import { createHash, randomBytes } from 'node:crypto';

const REQUEST_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The trace of a request without a caller's trace: the digits of its id, so that every attempt and line has the same. */
export function traceIdOf(requestId: string): string {
  if (REQUEST_ID.test(requestId)) return requestId.replaceAll('-', '');
  return createHash('sha256').update(requestId).digest('hex').slice(0, 32);
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
