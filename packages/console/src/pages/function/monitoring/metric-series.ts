import type { RouteResponse, Routes } from '@funcgraph/api';

type MetricPoint = RouteResponse<Routes['showMetrics']>['points'][number];
type MetricName = { [K in keyof MetricPoint]: MetricPoint[K] extends number ? K : never }[keyof MetricPoint];

/** One metric over time, as charts take it. */
export const seriesOf = (points: readonly MetricPoint[], metric: MetricName) =>
  points.map((point) => ({ timestamp: Date.parse(point.time), value: point[metric] }));

const countsOf = (points: readonly MetricPoint[], metric: MetricName): number =>
  points.reduce((sum, point) => sum + point[metric], 0);

const mostOf = (points: readonly MetricPoint[], metric: MetricName): number =>
  points.reduce((most, point) => Math.max(most, point[metric]), 0);

/** The figures of the whole range. Rejected calls did not run, and have no duration. */
export function figuresOf(points: readonly MetricPoint[]) {
  const calls = countsOf(points, 'count');
  const ran = calls - countsOf(points, 'rejected');
  const duration = points.reduce((sum, { duration_ms, count, rejected }) => sum + duration_ms * (count - rejected), 0);
  return {
    calls,
    failed: countsOf(points, 'failed'),
    rejected: countsOf(points, 'rejected'),
    cold: countsOf(points, 'cold'),
    duration: ran === 0 ? 0 : duration / ran,
    slowest: mostOf(points, 'p99_ms'),
    concurrency: mostOf(points, 'concurrency'),
  };
}
