import type { Series } from './chart-options.ts';

type Points = Series['points'];

export const total = (points: Points = []): number => points.reduce((sum, { value }) => sum + value, 0);

export const latest = (points: Points = []): number => points.at(-1)?.value ?? 0;

/** The average of averages, each counted as often as something happened in its step. */
export function weightedAverage(averages: Points = [], counts: Points = []): number {
  const weights = new Map(counts.map(({ timestamp, value }) => [timestamp, value]));
  let sum = 0;
  let all = 0;
  for (const { timestamp, value } of averages) {
    const weight = weights.get(timestamp) ?? 0;
    sum += value * weight;
    all += weight;
  }
  return all === 0 ? 0 : sum / all;
}
