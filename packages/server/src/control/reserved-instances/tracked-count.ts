import { desiredCount, leastOf } from './desired-count.ts';
import type { ReservedConfig } from './types.ts';

export interface Demand {
  readonly least: number;
  /** Most calls at once of the last minutes. */
  readonly peak: number;
  /** Calls that one instance takes at once. */
  readonly perInstance: number;
  /** Instances that the function and the project may have. */
  readonly most: number;
}

/** What the count, the policies by time and the minima of those by metric ask for at a moment, without calls. */
export function leastCount(config: Pick<ReservedConfig, 'count' | 'policies' | 'byMetric'>, now: number): number {
  return Math.max(desiredCount(config, now), leastOf(config.byMetric));
}

/**
 * The desired number of instances: at least `least`, or so many more that the calls use the threshold of a policy by
 * metric. `most` limits only what the calls need.
 */
export function trackedCount(
  { byMetric }: Pick<ReservedConfig, 'byMetric'>,
  { least, peak, perInstance, most }: Demand,
): number {
  const needed = byMetric.map(({ threshold }) => Math.ceil((peak * 100) / (perInstance * threshold)));
  return Math.max(least, Math.min(most, Math.max(0, ...needed)));
}
