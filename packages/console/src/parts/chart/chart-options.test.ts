import { expect, test } from 'vitest';
import { chartOptions, isFlat, type Threshold } from './chart-options.ts';

const COLORS = { text: '#000', line: '#ccc', threshold: '#f00', series: ['#00f'] };
const format = (value: number) => `${value} ms`;
const thresholds: Threshold[] = [];
const formatTime = (ms: number) => new Date(ms).toISOString();
const series = (name: string, ...values: number[]) => ({
  name,
  points: values.map((value, at) => ({ timestamp: at * 60_000, value })),
});

test('one series needs no legend, several do', () => {
  const one = chartOptions({ kind: 'bar', series: [series('a', 1)], thresholds, format, formatTime }, COLORS);
  const two = chartOptions(
    { kind: 'line', series: [series('a', 1), series('b', 2)], thresholds, format, formatTime },
    COLORS,
  );
  expect([one.legend.show, two.legend.show]).toEqual([false, true]);
  expect(two.series.map(({ data }) => data)).toEqual([[[0, 1]], [[0, 2]]]);
});

test('hints are drawn as text, never as HTML', () => {
  const { tooltip } = chartOptions({ kind: 'bar', series: [series('<b>', 1)], thresholds, format, formatTime }, COLORS);
  expect(tooltip.renderMode).toBe('richText');
  expect(tooltip.valueFormatter(7)).toBe('7 ms');
});

test('a threshold is a line with its name, and in sight above all values', () => {
  const slow = { name: 'slow', value: 800, text: 'more than 800 ms' };
  const { series: drawn, yAxis } = chartOptions(
    { kind: 'line', series: [series('a', 1), series('b', 2)], thresholds: [slow], format, formatTime },
    COLORS,
  );
  expect(drawn.map(({ markLine }) => markLine?.data)).toEqual([[{ name: 'slow', yAxis: 800 }], undefined]);
  expect([yAxis.max({ max: 2 }), yAxis.max({ max: 900 })]).toEqual([800, null]);
});

test('a chart without any value is flat', () => {
  expect(isFlat([series('a', 0, 0), series('b')])).toBe(true);
  expect(isFlat([series('a', 0, 1)])).toBe(false);
});
