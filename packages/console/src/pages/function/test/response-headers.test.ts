import { expect, test } from 'vitest';
import { responseHeaders } from './response-headers.ts';

test('headers of an answer are listed by name, without those that have a place of their own', () => {
  const headers = new Headers({
    'X-Func-Err-Code': '0',
    'X-Cff-Function-Log': 'bGluZQ==',
    'X-Cff-Request-Id': 'r',
    'X-Cff-Invoke-Summary': '{}',
    'X-Is-Func-Err': 'false',
    'Content-Type': 'application/json',
  });
  expect(responseHeaders(headers)).toEqual([
    { name: 'content-type', value: 'application/json' },
    { name: 'x-func-err-code', value: '0' },
  ]);
});
