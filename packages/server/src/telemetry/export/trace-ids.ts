import { createHash, randomBytes } from 'node:crypto';

/** The caller's span. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
}

/** Header `traceparent` of W3C Trace Context. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;
const REQUEST_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Undefined for a header that the standard says to ignore. */
export function parentOf(traceparent: string | undefined): TraceParent | undefined {
  const [, traceId, spanId] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

/** The trace of a request without a caller's trace: the digits of its id, so that every attempt and line has the same. */
export function traceIdOf(requestId: string): string {
  if (REQUEST_ID.test(requestId)) return requestId.replaceAll('-', '');
  return createHash('sha256').update(requestId).digest('hex').slice(0, 32);
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
