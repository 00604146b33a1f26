import { expect, it } from 'vitest';
import { traceIdOf } from './trace-ids.ts';

it('makes the trace id of the request id, whatever its form', () => {
  expect(traceIdOf('019abcde-0123-7123-8123-0123456789ab')).toBe('019abcde0123712381230123456789ab');
  expect(traceIdOf('r1')).toMatch(/^[0-9a-f]{32}$/);
  expect(traceIdOf('r1')).not.toBe(traceIdOf('r2'));
});
