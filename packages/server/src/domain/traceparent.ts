/** Of version 00 of W3C Trace Context, and of later ones that have the same fields: the whole header has 55 characters. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

/** The caller's span. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
}

/** Undefined for a header that the standard says to ignore. */
export function parentOf(traceparent: string | undefined): TraceParent | undefined {
  const [, traceId, spanId] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

/** The header of a request, if it is valid: what a caller sends is stored only then. */
export function traceparentIn(headers: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return traceparentOrNothing(headers?.traceparent);
}

export function traceparentOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' && TRACEPARENT.test(value) ? value : undefined;
}
