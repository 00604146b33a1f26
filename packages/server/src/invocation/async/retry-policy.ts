import { PlatformError } from '../../lib/platform-error.ts';
import { didNotRun } from '../did-not-run.ts';
import type { InvocationResult } from '../types.ts';

const FIRST_DELAY_MS = 1_000;
const FACTOR = 5;
/** The server had no room: not the function's fault, so it does not count as an attempt. */
const THROTTLE_DELAY_MS = 500;
const LONGEST_DELAY_MS = 60_000;

export interface AsyncLimits {
  readonly maxRetries: number;
  /** Ms since epoch; no attempt begins after this. */
  readonly expiresAt: number;
}

/** Result of one attempt. `throttled`: it did not run. */
export type AttemptResult =
  | { readonly kind: 'ok' }
  | { readonly kind: 'failed'; readonly code: number; readonly message: string }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'gone'; readonly message: string };

/** What to do with the message now. */
export type Verdict =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly delayMs: number; readonly countsAsRetry: boolean }
  /** `refused`: it could not be run. */
  | { readonly kind: 'kill'; readonly reason: 'failed' | 'refused'; readonly code: number; readonly message: string };

/** Success, failure, or not run, by the result or error of the invoker. */
export function classify(outcome: InvocationResult | { readonly thrown: unknown }): AttemptResult {
  if (!('thrown' in outcome)) {
    if (outcome.failure === undefined) return { kind: 'ok' };
    return { kind: 'failed', code: outcome.failure.code, message: outcome.payload.subarray(0, 1024).toString('utf8') };
  }
  const { thrown } = outcome;
  if (didNotRun(thrown)) return { kind: 'throttled' };
  if (thrown instanceof PlatformError && thrown.spec.audience === 'user')
    return { kind: 'gone', message: thrown.message };
  return { kind: 'failed', code: 500, message: 'internal failure' };
}

/** `retriesDone`: earlier attempts that ran and failed. */
export function decide(result: AttemptResult, limits: AsyncLimits, retriesDone: number, now: number): Verdict {
  switch (result.kind) {
    case 'ok':
      return { kind: 'ack' };
    case 'gone':
      return { kind: 'kill', reason: 'refused', code: 404, message: result.message };
    case 'throttled':
      return { kind: 'retry', delayMs: THROTTLE_DELAY_MS, countsAsRetry: false };
    case 'failed': {
      const delayMs = Math.min(FIRST_DELAY_MS * FACTOR ** retriesDone, LONGEST_DELAY_MS);
      const again = retriesDone < limits.maxRetries && now + delayMs < limits.expiresAt;
      return again
        ? { kind: 'retry', delayMs, countsAsRetry: true }
        : { kind: 'kill', reason: 'failed', code: result.code, message: result.message };
    }
  }
}
