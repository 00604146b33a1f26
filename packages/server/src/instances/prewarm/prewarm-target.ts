/** State of one runtime when the pool decides how many of it should wait. */
export interface PrewarmDemand {
  /** Most starts within one second, in the remembered time. */
  readonly burst: number;
  /** Ms since a function of this runtime last needed a start; undefined before the first. */
  readonly unusedMs: number | undefined;
  /** Runtimes that wait here for bursts at other servers. */
  readonly forOthers: number;
  /** Whether a function on this runtime exists. */
  readonly requested: boolean;
  /** Whether the machine has no spare memory. */
  readonly isTight: boolean;
}

export interface PrewarmLimits {
  readonly perRuntime: number;
  /** A runtime unused for this long keeps one waiting, if a function could need it. */
  readonly quietMs: number;
}

/** Of the sum of the largest recent bursts at other servers: a balancer may send the next one to any server. */
export function shareOfBursts(others: number, servers: number): number {
  return Math.ceil(others / servers);
}

/**
 * How many started runtimes should wait: one for each runtime that a function could need, and while it is used enough
 * for another burst like the largest recent one, here or, with this server's part, elsewhere. Between bursts they are replaced
 * faster than they are used.
 */
export function prewarmTarget(demand: PrewarmDemand, limits: PrewarmLimits): number {
  if (limits.perRuntime === 0) return 0;
  const least = demand.requested ? 1 : 0;
  if (demand.isTight) return least;
  const isUsed = demand.unusedMs !== undefined && demand.unusedMs <= limits.quietMs;
  const own = isUsed ? Math.max(least, demand.burst) + 1 : least;
  const shared = demand.requested ? least + demand.forOthers : 0;
  return Math.min(Math.max(own, shared), limits.perRuntime);
}
