import { desiredCount, leastOf } from './desired-count.ts';
import type { ReservedConfig } from './types.ts';

export interface Demand {
  /** Most calls at once of the last minutes. */
  readonly peak: number;
  /** Calls that one instance takes at once. */
  readonly perInstance: number;
  /** Instances that the function and the project may have. */
  readonly most: number;
}

/**
 * The desired number of instances at a moment: that of the count and the policies by time, or so many more that the calls
 * use the threshold of a policy by metric. `most` limits only what the calls need.
 */
export function trackedCount(
  config: Pick<ReservedConfig, 'count' | 'policies' | 'byMetric'>,
  now: number,
  { peak, perInstance, most }: Demand,
): number {
  const least = Math.max(desiredCount(config, now), leastOf(config.byMetric));
  const needed = config.byMetric.map(({ threshold }) => Math.ceil((peak * 100) / (perInstance * threshold)));
  return Math.max(least, Math.min(most, Math.max(0, ...needed)));
}
