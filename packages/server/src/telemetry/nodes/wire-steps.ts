import { addRollup, emptyRollup, pointOf } from '../metrics/rollup.ts';
import type { MetricStep } from '../metrics/series.ts';
import type { MetricPoint, MetricQuery } from '../metrics/types.ts';
import type { WireStep } from './node-calls.ts';

/** Steps without calls and instances are left out. */
export function wireSteps(steps: readonly MetricStep[]): WireStep[] {
  return steps.flatMap(({ sum, gauges }, at) => {
    const { histogram, minMs, causes, ...sums } = sum;
    if (sums.count === 0 && Object.values(gauges).every((value) => value === 0)) return [];
    const least = Number.isFinite(minMs) ? minMs : null;
    return [{ at, ...sums, causes: { ...causes }, minMs: least, histogram: [...histogram], ...gauges }];
  });
}

/**
 * The points of a query from the steps of all servers: exact, but for the most calls and instances at once, which are
 * added up although they may have been at different moments of a step.
 */
export function addedPoints(
  { from, to, stepMs }: MetricQuery,
  servers: readonly (readonly WireStep[])[],
): MetricPoint[] {
  const first = Math.floor(from / stepMs);
  const steps = Array.from({ length: Math.floor(to / stepMs) - first + 1 }, () => ({
    sum: emptyRollup(),
    gauges: { concurrency: 0, reserved: 0, instances: 0 },
  }));
  for (const { at, minMs, histogram, concurrency, reserved, instances, ...sums } of servers.flat()) {
    const step = steps[at];
    if (step === undefined) continue;
    addRollup(step.sum, { ...sums, minMs: minMs ?? Number.POSITIVE_INFINITY, histogram: new Map(histogram) });
    step.gauges.concurrency += concurrency;
    step.gauges.reserved += reserved;
    step.gauges.instances += instances;
  }
  return steps.map(({ sum, gauges }, index) => pointOf((first + index) * stepMs, sum, gauges));
}
