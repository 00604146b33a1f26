/** What one alone leaves for others, as a part of the whole. */
const KEPT_PART = 11;

/**
 * Whether one of several users of a bounded thing may take more of it. It leaves as much free as it holds, at most an eleventh
 * of the whole: one alone comes to ten elevenths, one that comes later to half of the rest, and one that holds nothing finds
 * something. One that holds nothing may always take what is free.
 */
export function mayHoldMore(held: number, free: number, total: number): boolean {
  return held === 0 || free > Math.min(held, total / KEPT_PART);
}
