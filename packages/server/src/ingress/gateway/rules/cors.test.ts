import { expect, it } from 'vitest';
import { streamedHead } from '../streamed-head.ts';
import { answerHeaders } from './cors.ts';

it('replaces what a function says about other origins in the head of a streamed answer', () => {
  const cors = answerHeaders({ origins: ['https://a.example'] }, 'https://a.example');
  const headers = [
    ['Access-Control-Allow-ORIGIN', '*'],
    ['Vary', 'Accept'],
    ['Content-Type', 'text/plain'],
  ] as const;
  expect(streamedHead({ statusCode: 200, headers }, 'GET', ['X-CFF-Request-Id', 'r1'], cors).headers).toEqual([
    ...['Vary', 'Accept', 'Content-Type', 'text/plain'],
    ...['Access-Control-Allow-Origin', 'https://a.example', 'Vary', 'Origin'],
    ...['X-CFF-Request-Id', 'r1'],
  ]);
});
