import type { ShownLine } from '../../parts/log-view/index.ts';

const BARS = 60;

export interface Bar {
  readonly from: number;
  all: number;
  /** Warnings and errors. */
  loud: number;
}

/** Lines in equal parts of their time. */
export function volumeOf(lines: readonly ShownLine[]): { readonly bars: readonly Bar[]; readonly most: number } {
  const times = lines.map(({ time }) => Date.parse(time));
  const first = times.reduce((low, time) => Math.min(low, time), Number.POSITIVE_INFINITY);
  const last = times.reduce((high, time) => Math.max(high, time), 0);
  if (lines.length === 0) return { bars: [], most: 0 };
  const width = Math.max(1, (last - first + 1) / BARS);
  const bars: Bar[] = Array.from({ length: BARS }, (_, n) => ({ from: first + n * width, all: 0, loud: 0 }));
  for (const [index, { level }] of lines.entries()) {
    const bar = bars[Math.floor(((times[index] ?? first) - first) / width)];
    if (bar === undefined) continue;
    bar.all += 1;
    if (level === 'WARN' || level === 'ERROR') bar.loud += 1;
  }
  return { bars, most: Math.max(...bars.map(({ all }) => all)) };
}
