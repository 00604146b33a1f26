import { expect, it } from 'vitest';
import type { InvocationResult } from '../../invocation/index.ts';
import { outcomeHeaders } from './streamed-invocation.ts';

const resultOf = (outcome?: string): InvocationResult =>
  ({
    receipt: { handler_ms: 1, init_ms: 0 },
    codeDigest: '',
    logTail: '',
    ...(outcome === undefined ? {} : { failure: { outcome, code: 500 } }),
  }) as unknown as InvocationResult;

it.each([
  [undefined, 'false'],
  ['function_error', 'true'],
  ['timeout', 'true'],
  ['system_error', 'false'],
])('a call that ended with %s is an error of the function: %s', (outcome, isError) => {
  expect(outcomeHeaders(resultOf(outcome), false)['X-Is-Func-Err']).toBe(isError);
});
