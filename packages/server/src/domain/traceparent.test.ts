import { expect, it } from 'vitest';
import { parentOf, traceparentIn } from './traceparent.ts';

it('takes the trace and span of a caller from a valid header only', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const spanId = 'b7ad6b7169203331';
  expect(parentOf(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId });
  expect(parentOf(`cc-${traceId}-${spanId}-00`)).toEqual({ traceId, spanId });
  const valid = `00-${traceId}-${spanId}-01`;
  expect(traceparentIn({ traceparent: valid })).toBe(valid);
  expect(traceparentIn({ traceparent: [valid] })).toBeUndefined();
  expect(traceparentIn(undefined)).toBeUndefined();
  const invalid = [
    undefined,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-01\n`,
    `00-${traceId}-${spanId}-01-${'x'.repeat(100_000)}`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
  ];
  for (const header of invalid)
    expect([parentOf(header), traceparentIn({ traceparent: header })], header).toEqual([undefined, undefined]);
});
