import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../lib/platform-error.ts';
import { type AttemptResult, classify, decide } from './retry-policy.ts';

const NOW = 1_000_000;
const failed: AttemptResult = { kind: 'failed', code: 4002, message: 'x' };

describe('the result of an attempt', () => {
  it.each<[string, unknown, AttemptResult]>([
    ['a refusal for load did not run', new PlatformError('overloaded', 'x'), { kind: 'throttled' }],
    [
      'a disk without room for an instance did not run it',
      new PlatformError('no_disk_room', 'x'),
      { kind: 'throttled' },
    ],
    [
      'code that cannot be fetched now did not run',
      new PlatformError('artifacts_unavailable', 'x'),
      { kind: 'throttled' },
    ],
    ['a stopping server did not run it', new PlatformError('unavailable', 'x'), { kind: 'throttled' }],
    [
      'a deleted function will not come back',
      new PlatformError('function_not_found', 'gone'),
      { kind: 'gone', message: 'gone' },
    ],
    ['anything else failed', new Error('secret cause'), { kind: 'failed', code: 500, message: 'internal failure' }],
  ])('%s', (_, thrown, expected) => {
    expect(classify({ thrown })).toEqual(expected);
  });
});

describe('the message after an attempt', () => {
  it.each<[string, AttemptResult, number, number, ReturnType<typeof decide>]>([
    ['is done after success', { kind: 'ok' }, 0, 0, { kind: 'ack' }],
    ['is tried again after a failure', failed, 1, 0, { kind: 'retry', delayMs: 1000, countsAsRetry: true }],
    ['is tried again later each time', failed, 3, 2, { kind: 'retry', delayMs: 25_000, countsAsRetry: true }],
    [
      'fails permanently when the retries are used',
      failed,
      1,
      1,
      { kind: 'kill', reason: 'failed', code: 4002, message: 'x' },
    ],
    ['fails permanently without retries', failed, 0, 0, { kind: 'kill', reason: 'failed', code: 4002, message: 'x' }],
    [
      'waits without using a retry when throttled',
      { kind: 'throttled' },
      0,
      0,
      { kind: 'retry', delayMs: 500, countsAsRetry: false },
    ],
    [
      'fails permanently when the function is deleted',
      { kind: 'gone', message: 'gone' },
      3,
      0,
      { kind: 'kill', reason: 'refused', code: 404, message: 'gone' },
    ],
  ])('%s', (_, result, maxRetries, retriesDone, expected) => {
    expect(decide(result, { maxRetries, expiresAt: NOW + 60_000 }, retriesDone, NOW)).toEqual(expected);
  });

  it('never plans a retry beyond the maximum age and never more retries than allowed', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(5), fc.nat(100_000), (maxRetries, retriesDone, age) => {
        const verdict = decide(failed, { maxRetries, expiresAt: NOW + age }, retriesDone, NOW);
        if (verdict.kind !== 'retry') return;
        expect(retriesDone).toBeLessThan(maxRetries);
        expect(verdict.delayMs).toBeLessThan(age);
      }),
    );
  });
});
