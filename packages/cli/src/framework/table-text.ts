import type { Columns, Row } from './output.ts';
import { cellWidth, safeCell } from './safe-text.ts';

const GAP = 2;
/** A column is not made narrower than this for the sake of others. */
const NARROWEST = 8;

export function cell(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-';
  if (typeof value === 'object') return safeCell(JSON.stringify(value));
  return safeCell(String(value));
}

/** The text in at most `width` columns of a terminal, with `…` where it was cut. */
export function cut(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const char of text) {
    used += cellWidth(char);
    if (used > width) break;
    kept += char;
  }
  return `${kept}…`;
}

/** Takes from the widest columns until all fit into `most`, or none may become narrower. */
function fitted(widths: readonly number[], most: number): number[] {
  const fit = [...widths];
  const total = (): number => fit.reduce((sum, width) => sum + width, 0) + GAP * (fit.length - 1);
  for (let over = total() - most; over > 0; over = total() - most) {
    const widest = Math.max(...fit);
    if (widest <= NARROWEST) break;
    const next = Math.max(NARROWEST, ...fit.filter((width) => width < widest));
    const those = fit.filter((width) => width === widest).length;
    const share = Math.min(widest - next || 1, Math.ceil(over / those));
    fit.forEach((width, i) => {
      if (width === widest) fit[i] = width - share;
    });
  }
  return fit;
}

export interface TableStyle {
  /** Columns of the terminal; undefined where lines may be of any length. */
  readonly width?: number | undefined;
  heading?(text: string): string;
}

/** Columns of even width, with a line of headings. */
export function tableText(columns: Columns, rows: readonly Row[], { width, heading }: TableStyle = {}): string {
  const shown = Object.entries(columns).map(([key, heading]) => ({
    key,
    title: typeof heading === 'string' ? heading : heading.title,
    right: typeof heading !== 'string' || rows.some((row) => typeof row[key] === 'number'),
  }));
  const lines = [shown.map(({ title }) => title), ...rows.map((row) => shown.map(({ key }) => cell(row[key])))];
  const natural = shown.map((_, i) => Math.max(...lines.map((line) => cellWidth(line[i] ?? ''))));
  const widths = width === undefined ? natural : fitted(natural, width);
  const texts = lines.map((line) =>
    line
      .map((whole, i) => {
        const text = cut(whole, widths[i] ?? 0);
        const gap = ' '.repeat(Math.max(0, (widths[i] ?? 0) - cellWidth(text)));
        return shown[i]?.right === true ? gap + text : text + gap;
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
  return [heading === undefined ? texts[0] : heading(texts[0] ?? ''), ...texts.slice(1)].join('\n');
}

export function recordText(data: Row, hide: readonly string[]): string {
  const shown = Object.entries(data).filter(([key, value]) => value !== undefined && !hide.includes(key));
  const width = Math.max(0, ...shown.map(([key]) => key.length));
  return shown.map(([key, value]) => `${key.padEnd(width)}  ${cell(value)}`).join('\n');
}
