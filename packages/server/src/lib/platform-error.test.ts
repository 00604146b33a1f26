import { ERRORS, type ErrorCode } from '@funcgraph/api';
import { expect, it } from 'vitest';
import { PlatformError, toErrorBody } from './platform-error.ts';

it.each(Object.keys(ERRORS) as ErrorCode[])('%s has a time to retry if its status promises one', (code) => {
  const { status, headers } = toErrorBody(new PlatformError(code, 'why'), 'r');
  const seconds = headers['Retry-After'];
  if (status === 429 || status === 503) expect(Number(seconds)).toBeGreaterThan(0);
  else expect(seconds).toBeUndefined();
});

it('prefers the time of the error itself', () => {
  const error = new PlatformError('overloaded', 'why', { retryAfterSeconds: 42 });
  expect(toErrorBody(error, 'r').headers).toEqual({ 'Retry-After': '42' });
});
