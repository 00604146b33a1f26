export interface Point {
  readonly timestamp: number;
  readonly value: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface ChartColors {
  readonly text: string;
  readonly line: string;
  readonly series: readonly string[];
}

export interface ChartData {
  readonly kind: 'bar' | 'line';
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly formatTime: (ms: number) => string;
}

/** What echarts draws: time to the right, one axis of values, a hint with all series. */
export function chartOptions({ kind, series, format, formatTime }: ChartData, colors: ChartColors) {
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
      minInterval: kind === 'bar' ? 1 : 0,
      splitNumber: 3,
      axisLabel: { color: colors.text, formatter: format },
      splitLine: { lineStyle: { color: colors.line } },
    },
    series: series.map(({ name, points }) => ({
      name,
      type: kind,
      showSymbol: false,
      barMaxWidth: 14,
      data: points.map(({ timestamp, value }) => [timestamp, value]),
    })),
  };
}

/** Whether a chart would show an empty frame. */
export const isFlat = (series: readonly Series[]): boolean =>
  series.every(({ points }) => points.every(({ value }) => value === 0));
