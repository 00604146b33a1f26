import { expect, it } from 'vitest';
import { parentOf, traceIdOf } from './trace-ids.ts';

it('takes the trace and span of a caller from a valid header only', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const spanId = 'b7ad6b7169203331';
  expect(parentOf(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId });
  expect(parentOf(`cc-${traceId}-${spanId}-00`)).toEqual({ traceId, spanId });
  const invalid = [
    undefined,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
  ];
  for (const header of invalid) expect(parentOf(header), header).toBeUndefined();
});

it('makes the trace id of the request id, whatever its form', () => {
  expect(traceIdOf('019abcde-0123-7123-8123-0123456789ab')).toBe('019abcde0123712381230123456789ab');
  expect(traceIdOf('r1')).toMatch(/^[0-9a-f]{32}$/);
  expect(traceIdOf('r1')).not.toBe(traceIdOf('r2'));
});
