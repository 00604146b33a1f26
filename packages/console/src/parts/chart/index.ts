export type { Threshold } from './chart-options.ts';
export { latest, total, weightedAverage } from './summaries.ts';
export { TimeChart } from './time-chart.tsx';
