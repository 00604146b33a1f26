/** The part of the whole that a single user leaves free for others. */
const KEPT_PART = 11;

/**
 * Whether one of several users of a bounded resource may take more of it. A user leaves as much free as it holds, at
 * most an eleventh of the whole: a single user gets ten elevenths, a later one half of the rest, and a user that holds
 * nothing finds some left. A user that holds nothing may always take the free part.
 */
export function mayHoldMore(held: number, free: number, total: number): boolean {
  return held === 0 || free > Math.min(held, total / KEPT_PART);
}
