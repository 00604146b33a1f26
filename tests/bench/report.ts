/** One line of the result, also as JSON. `ratio` is value over baseline; `ok` says whether the budget is met. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number | null;
  readonly ratio: number | null;
  readonly budget: string;
  readonly ok: boolean | null;
  /** Of a budget that is no ratio. */
  readonly limit?: Limit;
}

export interface Limit {
  readonly least?: number;
  readonly most?: number;
}

export function atLeast(name: string, value: number, unit: string, baseline: number, least: number): Row {
  const ratio = value / baseline;
  return { name, value, unit, baseline, ratio, budget: `>= ${least} x baseline`, ok: ratio >= least };
}

/** A row beside a baseline that has no budget. */
export const beside = (row: Row): Row => ({ ...row, budget: '', ok: null });

export function ratioAtMost(name: string, value: number, unit: string, baseline: number, most: number): Row {
  const ratio = value / baseline;
  return { name, value, unit, baseline, ratio, budget: `<= ${most} x baseline`, ok: ratio <= most };
}

export function absolute(name: string, value: number, unit: string, budget: Limit): Row {
  const text = budget.least !== undefined ? `>= ${budget.least}` : budget.most !== undefined ? `<= ${budget.most}` : '';
  const ok =
    budget.least !== undefined ? value >= budget.least : budget.most !== undefined ? value <= budget.most : null;
  return { name, value, unit, baseline: null, ratio: null, budget: text, ok, limit: budget };
}

const number = (value: number | null): string =>
  value === null ? '' : value >= 100 ? value.toFixed(0) : value.toFixed(2);

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    number(row.value),
    row.unit,
    number(row.baseline),
    number(row.ratio),
    row.budget,
    row.ok === null ? '-' : row.ok ? 'ok' : 'RED',
  ]);
  const all = [['what', 'value', 'unit', 'baseline', 'ratio', 'budget', ''], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
