/** What is known of one runtime when the pool decides how many of it should wait. */
export interface PrewarmDemand {
  /** Starts in the last minute. */
  readonly recentStarts: number;
  /** Ms since a function of this runtime last needed one; undefined when none ever did. */
  readonly unusedMs: number | undefined;
  /** Whether a function on this runtime exists. */
  readonly wanted: boolean;
}

export interface PrewarmLimits {
  readonly perRuntime: number;
  /** A runtime that was not needed for this long keeps one, if a function could need it. */
  readonly quietMs: number;
}

/**
 * How many started runtimes should wait: one for each runtime that a function could need, and enough for another minute
 * like the last while it is busy.
 */
export function prewarmTarget(demand: PrewarmDemand, limits: PrewarmLimits): number {
  if (limits.perRuntime === 0) return 0;
  const least = demand.wanted ? 1 : 0;
  if (demand.unusedMs === undefined || demand.unusedMs > limits.quietMs) return least;
  return Math.min(Math.max(least, Math.ceil(demand.recentStarts / 4) + 1), limits.perRuntime);
}
