/** As many calls as a bucket holds, and the time in which an empty one fills. */
export interface Rate {
  readonly calls: number;
  readonly periodMs: number;
}

/** Of a token, for the rounding of sums. */
const TOLERANCE = 0.01;

/**
 * A token bucket that fills evenly is one number: the time at which it is full. One that is full again is like a new
 * one, and need not be kept. Ms until it has a token, 0 when it has one now.
 */
export function msToToken(fullAt: number, now: number, { calls, periodMs }: Rate): number {
  const missingMs = Math.min(Math.max(fullAt - now, 0), periodMs);
  const perToken = periodMs / calls;
  const wait = missingMs + perToken - periodMs;
  return wait > perToken * TOLERANCE ? wait : 0;
}

/** The bucket without a token that it had. */
export function withoutToken(fullAt: number, now: number, { calls, periodMs }: Rate): number {
  return Math.min(Math.max(fullAt, now), now + periodMs) + periodMs / calls;
}
