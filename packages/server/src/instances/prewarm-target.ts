/** What is known of one runtime when the pool decides how many of it should wait. */
export interface PrewarmDemand {
  /** The most starts within one second, of those that are remembered. */
  readonly burst: number;
  /** Ms since a function of this runtime last needed one; undefined when none ever did. */
  readonly unusedMs: number | undefined;
  /** Whether a function on this runtime exists. */
  readonly wanted: boolean;
  /** Whether the machine has no memory to spare. */
  readonly isTight: boolean;
}

export interface PrewarmLimits {
  readonly perRuntime: number;
  /** A runtime that was not needed for this long keeps one, if a function could need it. */
  readonly quietMs: number;
}

/**
 * How many started runtimes should wait: one for each runtime that a function could need, and while it is used enough
 * for another burst like the largest of late. What is taken is made anew faster than starts come one after another.
 */
export function prewarmTarget(demand: PrewarmDemand, limits: PrewarmLimits): number {
  if (limits.perRuntime === 0) return 0;
  const least = demand.wanted ? 1 : 0;
  if (demand.unusedMs === undefined || demand.unusedMs > limits.quietMs || demand.isTight) return least;
  return Math.min(Math.max(least, demand.burst) + 1, limits.perRuntime);
}
