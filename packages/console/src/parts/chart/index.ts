export type { Series } from './chart-options.ts';
export { TimeChart } from './time-chart.tsx';
