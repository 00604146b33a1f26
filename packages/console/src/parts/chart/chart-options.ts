export interface Point {
  readonly timestamp: number;
  readonly value: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/** A value at which something happens, such as an alarm. */
export interface Threshold {
  readonly name: string;
  readonly value: number;
  /** All about it, below the chart. */
  readonly text: string;
}

export interface ChartColors {
  readonly text: string;
  readonly line: string;
  readonly threshold: string;
  readonly series: readonly string[];
}

export interface ChartData {
  readonly kind: 'bar' | 'line';
  readonly series: readonly Series[];
  readonly thresholds: readonly Threshold[];
  readonly format: (value: number) => string;
  readonly formatTime: (ms: number) => string;
}

/** What echarts draws: time to the right, one axis of values, a hint with all series. */
export function chartOptions({ kind, series, thresholds, format, formatTime }: ChartData, colors: ChartColors) {
  // the first series has them
  const markLine = {
    silent: true,
    symbol: 'none',
    lineStyle: { color: colors.threshold, type: 'dashed' as const },
    label: { color: colors.threshold, position: 'insideStartTop' as const, formatter: '{b}' },
    data: thresholds.map(({ name, value }) => ({ name, yAxis: value })),
  };
  return {
    animation: false,
    color: [...colors.series],
    grid: { left: 8, right: 12, top: series.length > 1 ? 32 : 12, bottom: 4, outerBoundsMode: 'same' as const },
    legend: {
      show: series.length > 1,
      top: 0,
      left: 0,
      itemWidth: 14,
      itemHeight: 8,
      textStyle: { color: colors.text },
    },
    tooltip: {
      trigger: 'axis' as const,
      renderMode: 'richText' as const,
      valueFormatter: (value: unknown) => format(Number(value)),
    },
    xAxis: {
      type: 'time' as const,
      axisLine: { lineStyle: { color: colors.line } },
      axisLabel: { color: colors.text, hideOverlap: true, formatter: (ms: number) => formatTime(ms) },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value' as const,
      min: 0,
      // all lines are seen, however few values there are
      max: ({ max }: { max: number }) => (thresholds.some(({ value }) => value > max) ? highest(thresholds) : null),
      minInterval: series.every(({ points }) => points.every(({ value }) => Number.isInteger(value))) ? 1 : 0,
      splitNumber: 3,
      axisLabel: { color: colors.text, formatter: format },
      splitLine: { lineStyle: { color: colors.line } },
    },
    series: series.map(({ name, points }, at) => ({
      name,
      ...(at === 0 && thresholds.length > 0 ? { markLine } : {}),
      type: kind,
      showSymbol: false,
      barMaxWidth: 14,
      data: points.map(({ timestamp, value }) => [timestamp, value]),
    })),
  };
}

const highest = (thresholds: readonly Threshold[]): number => Math.max(...thresholds.map(({ value }) => value));

/** Whether a chart would show an empty frame. */
export const isFlat = (series: readonly Series[]): boolean =>
  series.every(({ points }) => points.every(({ value }) => value === 0));
