import { traceparentOrNothing } from '../../domain/traceparent.ts';

const TRACE_ID = { start: 3, end: 35 };

/**
 * Pure: what a batch continues, by the header `traceparent` of each of its messages. Undefined unless they are all of one
 * trace: a span has one parent.
 */
export function batchTraceparent(headers: readonly unknown[]): string | undefined {
  const [first, ...others] = headers.map((header) =>
    traceparentOrNothing(Buffer.isBuffer(header) ? header.toString('latin1') : header),
  );
  if (first === undefined) return undefined;
  const traceId = first.slice(TRACE_ID.start, TRACE_ID.end);
  return others.every((other) => other?.slice(TRACE_ID.start, TRACE_ID.end) === traceId) ? first : undefined;
}
